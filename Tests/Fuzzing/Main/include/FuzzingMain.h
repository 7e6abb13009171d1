// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <stddef.h>
#include <stdint.h>

/// libFuzzer as a library: reads its flags, and calls back for each input.
///
/// Source: FuzzerInterface.h of LLVM's compiler-rt.
int LLVMFuzzerRunDriver(
    int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
