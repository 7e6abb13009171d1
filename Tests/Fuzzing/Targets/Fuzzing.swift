// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// One program for all fuzz targets; its main function is libFuzzer's, and contrib/fuzz runs it.
///
/// PICKET_FUZZ_TARGET chooses, since libFuzzer starts itself again with words of its own. With
/// PICKET_FUZZ_SEEDS the inputs to begin with are written to that folder, and that is all.
enum Fuzzing {
    static let targets: [any FuzzTarget.Type] = [
        Netlink.self, Packet.self, Capture.self, LogLines.self, SettingsFile.self,
        ControlSocket.self, SavedTable.self,
    ]

    static let chosen: any FuzzTarget.Type = {
        let name = ProcessInfo.processInfo.environment["PICKET_FUZZ_TARGET"]
        for target in targets where target.name == name { return target }
        let names = targets.map { $0.name }.joined(separator: " ")
        FileHandle.standardError.write(Data("PICKET_FUZZ_TARGET is one of: \(names)\n".utf8))
        exit(64)
    }()

    static func write(seedsOf target: any FuzzTarget.Type, to folder: String) throws {
        let place = URL(filePath: folder)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        for (number, seed) in target.seeds().enumerated() {
            try Data(seed).write(to: place.appending(path: "seed-\(number)"))
        }
        let dictionary = target.words.map { "\"\($0)\"\n" }.joined()
        try Data(dictionary.utf8).write(to: URL(filePath: folder + ".words"))
    }
}

/// Called once by libFuzzer before it reads its flags.
@_cdecl("LLVMFuzzerInitialize")
func initialize(
    _ count: UnsafeMutablePointer<CInt>?,
    _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?
) -> CInt {
    let target = Fuzzing.chosen
    guard let folder = ProcessInfo.processInfo.environment["PICKET_FUZZ_SEEDS"] else { return 0 }
    do {
        try Fuzzing.write(seedsOf: target, to: folder)
        exit(0)
    } catch {
        FileHandle.standardError.write(Data("\(error)\n".utf8))
        exit(71)
    }
}

/// Called by libFuzzer for each input.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count)
    Fuzzing.chosen.run(unsafe RawSpan(_unsafeBytes: bytes))
    return 0
}
