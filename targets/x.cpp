namespace burin::targets { constexpr int kPlaceholder = 0; }
