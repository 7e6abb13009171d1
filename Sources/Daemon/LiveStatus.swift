// SPDX-License-Identifier: GPL-3.0-or-later

import Control
import Detection
import Foundation
import Packets

/// What `picket status` shows, gathered from the parts when somebody asks.
struct LiveStatus: Sendable {
    let pipeline: Pipeline
    let feed: DecisionFeed
    let decisionLog: LoggedDecisions?
    let started: Timestamp

    var report: StatusReport {
        let now = System.now
        let numbers = pipeline.desk.numbers
        var report = StatusReport(
            version: Version.current, pid: System.processID,
            started: Date(timeIntervalSince1970: Double(started.nanoseconds / 1_000_000_000)))
        report.uptime = Double(now.nanoseconds(since: started)) / 1e9
        report.groups = pipeline.progress.groups.map(group)
        for grade in Grade.allCases where numbers.counts.total(grade) > 0 {
            report.events["\(grade)"] = UInt64(numbers.counts.total(grade))
        }
        let refused = pipeline.progress.refused
        for reason in ParseFailure.allCases where refused[reason] > 0 {
            report.refused["\(reason)"] = UInt64(refused[reason])
        }
        report.ring.occupancy = pipeline.ring.occupancy
        report.ring.highWater = pipeline.ring.highWater
        report.ring.capacity = pipeline.ring.capacity
        report.ring.drops = UInt64(pipeline.ring.drops)
        report.sources = numbers.sources
        report.openScans = numbers.openScans
        report.detectorBytes = numbers.bytes
        for (action, count) in pipeline.outputs.counts {
            report.decisions[action.rawValue] = UInt64(count)
        }
        report.rates.lastSecond = numbers.rates.perSecond(over: 1, before: now)
        report.rates.lastMinute = numbers.rates.perSecond(over: 60, before: now)
        let origins = pipeline.registry.snapshot
        report.martians = numbers.martians?.lines { origins[$0].interfaceIn } ?? []
        report.traceroutes = numbers.traces?.lines ?? []
        report.losses.gap = pipeline.progress.gap
        report.losses.drop = UInt64(pipeline.ring.drops)
        report.losses.refused = numbers.loss.refused
        report.watchers = feed.watchers
        report.undelivered = pipeline.outputs.drops
        report.log = decisionLog?.state
        report.journal = pipeline.outputs.journal?.status
        report.packetLog = pipeline.packetLog?.state
        report.evidence = pipeline.evidence?.status
        report.host = numbers.facts?.status
        return report
    }

    private func group(_ group: ReaderProgress.Group) -> StatusReport.Group {
        var report = StatusReport.Group(group: group.group.group)
        report.accepted = group.group.accepted
        report.copyRange = group.effective.copyRange
        report.receiveBuffer = Int(group.effective.receiveBufferBytes)
        report.messages = group.counters.messages
        report.gap = group.counters.gap
        report.overruns = group.counters.overruns
        return report
    }
}
