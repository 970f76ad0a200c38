// Opens a file by a relative path that cannot lead out of a folder, whatever happens to the folder meanwhile.
#pragma once

#include <string>

#include "frontend/descriptor.h"

namespace burin::frontend {

// Opens `path` below the open directory `folder` for reading, without following any link: neither a symbolic link nor ".." on
// the way is taken. Not open on failure, with the reason in errno: ELOOP for a link on the way. Never waits for a writer of a pipe.
// One system call (openat2) where the kernel has it, otherwise one openat for each component.
Descriptor open_beneath(int folder, const std::string& path);

// The second way alone, so that tests reach it on every kernel.
Descriptor open_by_components(int folder, const std::string& path);

}  // namespace burin::frontend
