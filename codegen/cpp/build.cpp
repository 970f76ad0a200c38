#include "codegen/cpp/build.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "codegen/c_text.h"
#include "codegen/cpp/run_program.h"
#include "codegen/link/scratch_folder.h"
#include "codegen/runtime_headers.h"

namespace burin::codegen {
namespace {

constexpr std::string_view kNoCompiler = "no-compiler";

std::vector<std::string> words_of(std::string_view flags) {
  std::vector<std::string> words;
  for (size_t at = 0; at < flags.size();) {
    const size_t end = std::min(flags.find(' ', at), flags.size());
    if (end > at) words.emplace_back(flags.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// One run of the compiler.
struct Job {
  std::string name;                    // of the object
  std::vector<std::string> compilers;  // the first that is there serves
  std::vector<std::string> flags;
  ir::Status status;
};

// What a run for `target` is made with, up to the flags that depend on the part.
Job job_for(const targets::Target& target, const CompileOptions& options, std::string name) {
  const targets::Toolchain& row = target.toolchain;
  const bool gcc = options.compiler == Compiler::kGcc;
  Job job{std::move(name), words_of(gcc ? row.gcc : row.clang), words_of(gcc ? row.gcc_flags : row.clang_flags), {}};
  if (!options.command.empty()) job.compilers = words_of(options.command);
  // Code that stands alone: for a library that needs no other, with the arithmetic that is written.
  for (const char* flag :
       {"-std=c++17", "-ffp-contract=off", "-fPIC", "-fvisibility=hidden", "-fno-exceptions", "-fno-rtti",
        "-fno-stack-protector", "-ffunction-sections", "-fdata-sections", "-DBURIN_LINKED_WEIGHTS"}) {
    job.flags.emplace_back(flag);
  }
  switch (target.architecture) {
    case targets::Architecture::kX86_64: job.flags.emplace_back("-fcf-protection=full"); break;
    case targets::Architecture::kAarch64: job.flags.emplace_back("-mbranch-protection=standard"); break;
  }
  return job;
}

std::vector<Job> jobs_of(std::span<const Variant> variants, const ModelTables& tables, const CompileOptions& options) {
  std::vector<Job> jobs;
  for (size_t i = 0; i < variants.size(); ++i) {
    Job job = job_for(variants[i].target, options,
                      tables.symbol_prefix + "_" + c_identifier(tables.variants[i].target) + ".o");
    job.flags.emplace_back("-DBURIN_KERNELS_ONLY");
    jobs.push_back(std::move(job));
  }
  // The last variant asks least of a machine, and the tables run on any that the library runs on.
  Job job = job_for(variants.back().target, options, tables.symbol_prefix + "_tables.o");
  job.flags.emplace_back("-DBURIN_TABLES_ONLY");
  if (options.part_of == PartOf::kSharedLibrary) job.flags.emplace_back("-DBURIN_SHARED_LIBRARY");
  jobs.push_back(std::move(job));
  return jobs;
}

ir::Status no_compiler(const std::vector<std::string>& tried) {
  ir::Diagnostic fault = ir::environment_fault(kNoCompiler, "", "no compiler found: tried {}", fmt::join(tried, ", "));
  fault.hint = fmt::format("install {}, or use --toolchain llvm", tried[0]);
  return fault;
}

// The first lines of what a compiler said.
std::string excerpt(const std::string& said) {
  constexpr size_t kMost = 2000;
  return said.size() <= kMost ? said : said.substr(0, said.rfind('\n', kMost)) + "\n...";
}

void run(Job& job, const std::string& source, const ScratchFolder& folder, const CompileOptions& options) {
  std::vector<std::string> command = {""};
  command.insert(command.end(), job.flags.begin(), job.flags.end());
  command.insert(command.end(), options.extra_flags.begin(), options.extra_flags.end());
  for (const std::string& word : {"-I" + folder.path_of(""), std::string("-c"), folder.path_of(source),
                                  std::string("-o"), folder.path_of(job.name)}) {
    command.push_back(word);
  }
  const std::string log = folder.path_of(job.name + ".log");
  job.status = no_compiler(job.compilers);
  for (const std::string& compiler : job.compilers) {
    command[0] = compiler;
    const ir::Result<int> code = run_program(command, log);
    if (!code) continue;
    job.status = {};
    if (*code != 0) {
      job.status = ir::Diagnostic{
          ir::Fault::kInternal,
          "compiler",
          fmt::format("file \"{}\"", source),
          fmt::format("expected {} to compile it, found exit code {}:\n{}", compiler, *code, excerpt(read_text(log))),
          {}};
    }
    return;
  }
}

std::vector<std::byte> read_bytes(const std::string& path) {
  const std::string text = read_text(path);
  const auto bytes = bytes_of(text);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

ir::Result<std::vector<ObjectFile>> compile_cpp(std::span<const Variant> variants, const ModelTables& tables,
                                                const std::string& text, const CompileOptions& options) {
  ir::Result<ScratchFolder> folder = ScratchFolder::create();
  if (!folder) return folder.faults();
  const std::string source = tables.symbol_prefix + ".cpp";
  ir::Status status = folder->write(source, bytes_of(text));
  for (const RuntimeHeader& header : runtime_headers())
    status.merge(folder->write(std::string(header.name), bytes_of(header.text)));
  if (!status) return status.faults();
  std::vector<Job> jobs = jobs_of(variants, tables, options);
  {
    std::vector<std::jthread> workers;
    for (Job& job : jobs) workers.emplace_back([&, each = &job] { run(*each, source, *folder, options); });
  }
  std::vector<ObjectFile> objects;
  for (const Job& job : jobs) {
    const bool said = !job.status && !status && job.status.faults()[0].kind == kNoCompiler;  // once is enough
    if (!said) status.merge(job.status);
    if (job.status) objects.push_back({job.name, read_bytes(folder->path_of(job.name))});
  }
  if (!status) return status.faults();
  return objects;
}

}  // namespace burin::codegen
