// The rows of the import table, by family: each is defined in frontend/onnx/import_<family>.cpp, where the functions that
// the rows name are. import_table.cpp puts them together.
#pragma once

#include <span>

#include "frontend/onnx/node_import.h"

namespace burin::frontend {

std::span<const ImportRow> activation_rows();  // Relu, Sigmoid, Elu, Clip, Gelu, ...
std::span<const ImportRow> attention_rows();   // Attention, RotaryEmbedding
// com.microsoft's Attention, MultiHeadAttention, EmbedLayerNormalization, RotaryEmbedding
std::span<const ImportRow> attention_microsoft_rows();
std::span<const ImportRow> cast_rows();            // Cast, CastLike
std::span<const ImportRow> contraction_rows();     // MatMul, Gemm, Conv, ConvTranspose
std::span<const ImportRow> control_rows();         // If, Loop, Scan
std::span<const ImportRow> einsum_rows();          // Einsum
std::span<const ImportRow> elementwise_rows();     // Add, Exp, Equal, Where, Cast, ...
std::span<const ImportRow> gather_rows();          // Gather*, Scatter*, OneHot, Compress, NonZero
std::span<const ImportRow> group_query_rows();     // GroupQueryAttention
std::span<const ImportRow> loss_rows();            // NegativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss
std::span<const ImportRow> movement_rows();        // Transpose, Slice, Split, Concat, Pad, Tile, Expand, ...
std::span<const ImportRow> normalization_rows();   // BatchNormalization, LayerNormalization, LRN, ...
std::span<const ImportRow> order_rows();           // ArgMax, ArgMin, TopK, CumSum
std::span<const ImportRow> pool_rows();            // MaxPool, AveragePool, LpPool, Global*Pool
std::span<const ImportRow> quantize_rows();        // QuantizeLinear, DequantizeLinear, QLinear*, *Integer
std::span<const ImportRow> quantized_math_rows();  // QLinearAdd, QLinearConcat, QGemm, ...
std::span<const ImportRow> recurrent_rows();       // LSTM, GRU, RNN
std::span<const ImportRow> reduce_rows();          // Reduce*
std::span<const ImportRow> resize_rows();          // Resize, Upsample, GridSample
std::span<const ImportRow> sequence_rows();        // Sequence*, SplitToSequence, ConcatFromSequence, Optional*
std::span<const ImportRow> shape_rows();   // Constant*, Shape, Size, Range, Reshape, Flatten, Squeeze, Unsqueeze
std::span<const ImportRow> signal_rows();  // DFT, STFT, *Window, MelWeightMatrix

}  // namespace burin::frontend
