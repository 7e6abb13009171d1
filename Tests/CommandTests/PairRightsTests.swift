// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@Suite("picket pair without rights")
struct PairRightsTests {
    @Test(
        "It is told that it needs root, with the exit code for it",
        .enabled(if: PicketCommand.nobodyCanRun, "nobody cannot run the program where it is"),
        arguments: [[], ["--apply"], ["--undo"]])
    func notRoot(options: [String]) async throws {
        var command = PicketCommand(["pair"] + options)
        command.isUnprivileged = true
        let outcome = try await command.run()
        #expect(outcome.code == 77)
        #expect(outcome.words.contains("needs root. Run: sudo picket pair"))
        #expect(outcome.output == "")
    }
}
