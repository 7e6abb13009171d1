// SPDX-License-Identifier: GPL-3.0-or-later
#include "FuzzingMain.h"

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// The package manager makes this function, named after the executable, the program's main.
int Fuzzing_main(int argc, char **argv) {
    return LLVMFuzzerRunDriver(&argc, &argv, LLVMFuzzerTestOneInput);
}
