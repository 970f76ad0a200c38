namespace burin::passes { constexpr int kPlaceholder = 0; }
