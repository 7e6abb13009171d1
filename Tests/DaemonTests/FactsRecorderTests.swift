// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Foundation
import HostFacts
import Packets
import TestSupport
import Testing

@testable import Daemon

@Suite("The facts file")
struct FactsRecorderTests {
    private func records(_ path: String) throws -> [HostRecord] {
        try HostRecord.records(
            in: String(contentsOfFile: path, encoding: .utf8), path: path)
    }

    private func moment(_ seconds: Int64) -> Timestamp { Timestamp(seconds: seconds) }

    private let reading = HostReading(
        ownAddresses: ["192.0.2.1", "2001:db8::1"],
        homeNetworks: ["192.0.2.0/24", "2001:db8::/64"], gateways: ["192.0.2.254"],
        servedPorts: [
            ServedPort(ipProtocol: .tcp, port: 22), ServedPort(ipProtocol: .udp, port: 53),
            ServedPort(ipProtocol: .udp, port: 54), ServedPort(ipProtocol: .sctp, port: 9),
            ServedPort(ipProtocol: .udpLite, port: 8),
        ], ephemeralPorts: 40000...50000)

    @Test("What is recorded is read back as it was")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/facts.json"
        let recorder = FactsRecorder(path: path, complaints: Complaints())
        let time = Timestamp(seconds: 1_288_012_598, nanoseconds: 341_511_001)
        recorder.note(HostReading(), from: moment(7))
        recorder.note(reading, from: time)
        recorder.drain()
        #expect(
            try records(path) == [
                HostRecord(time: moment(7), reading: HostReading()),
                HostRecord(time: time, reading: reading),
            ])
    }

    @Test("The next run goes on with the file, and writes nothing where nothing has changed")
    func nextRun() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/facts.json"
        for start in [10, 20, 30] as [Int64] {
            let recorder = FactsRecorder(path: path, complaints: Complaints())
            recorder.note(start < 30 ? reading : HostReading(), from: moment(start))
            recorder.drain()
        }
        #expect(try records(path).map(\.time) == [moment(10), moment(30)])
    }

    @Test("A line that could not be written is there with the next one, and the trouble is told")
    func unwritable() throws {
        let folder = try TemporaryFolder()
        let told = LoggedLines()
        let inner = folder.path + "/later"
        let recorder = FactsRecorder(
            path: inner + "/facts.json", complaints: Complaints(log: told.log))
        recorder.note(HostReading(), from: moment(1))
        recorder.drain()
        #expect(told.lines.count == 1)
        #expect(told.lines.first?.contains("cannot record the host's facts in \(inner)") == true)
        try FileManager.default.createDirectory(
            atPath: inner, withIntermediateDirectories: false)
        recorder.note(reading, from: moment(2))
        recorder.drain()
        #expect(try records(inner + "/facts.json").map(\.time) == [moment(1), moment(2)])
    }

    @Test("The file has a bound: the oldest lines go first, also over restarts")
    func bounded() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/facts.json"
        var last: Int64 = 0
        for _ in 0..<2 {
            let recorder = FactsRecorder(path: path, complaints: Complaints())
            for _ in 0..<40 {
                last += 1
                let ports = (0..<4000).map {
                    ServedPort(ipProtocol: .tcp, port: UInt16(last) + $0 * 2)
                }
                recorder.note(HostReading(servedPorts: Set(ports)), from: moment(last))
            }
            recorder.drain(for: .seconds(60))
        }
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        #expect(try #require(size) <= FactsRecorder.limit)
        let found = try records(path)
        #expect(found.count > 10 && found.count < 80)
        #expect(found.last?.time == moment(last))
        #expect(zip(found, found.dropFirst()).allSatisfy { $0.time < $1.time })
    }
}
