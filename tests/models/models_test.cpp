// Every model of ../shared/models that has expected outputs there, through the executable: the required ones are right, the
// others are right or refused with reasons. Reference outputs that come from a small interpreter (ref) are what that folder
// has; bench/check_sizes.py compares with ONNX Runtime.
#include "tests/models/shared_models.h"

namespace burin::tools {
namespace {

class Models : public testing::TestWithParam<Model> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Models);

TEST_P(Models, is_right_or_refused_with_reasons) {
  const Finished done = verify(GetParam());
  if (is_required(GetParam()) || done.exit_code == 0) {
    EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
    return;
  }
  EXPECT_EQ(done.exit_code, 1) << done.errors;
  EXPECT_TRUE(done.output.starts_with("UNSUPPORTED ")) << done.output << done.errors;
}

INSTANTIATE_TEST_SUITE_P(Shared, Models, testing::ValuesIn(models_with_data()),
                         [](const auto& info) { return test_name(info.param); });

TEST(SharedModels, are_there) {
  if (!are_models_there()) GTEST_SKIP() << "no ../shared/models: real models are not tested";
  EXPECT_FALSE(models_with_data().empty());
}

}  // namespace
}  // namespace burin::tools
