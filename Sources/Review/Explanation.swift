// SPDX-License-Identifier: GPL-3.0-or-later

import Control
import Decisions
import Detection
import Journal
import Packets

/// Everything that is known of a source or of a network: what `picket explain` says.
///
/// Bound: ``scanLimit`` scans with ``stepLimit`` decisions each, whatever the journal has.
package struct Explanation: Sendable {
    /// One scan with what was decided about it.
    struct ScanStory: Sendable {
        var scan: JournalledScan
        var steps: [JournalledDecision]
        /// Decisions between the first and the last steps that are not shown.
        var omitted: Int
        var document: DecisionDocument?
        var loss: LossCounts
        var evidence: [EvidenceFile]
    }

    let asked: Network
    let counts: SourceCounts
    let reach: JournalReader.Reach
    /// Oldest first.
    let scans: [ScanStory]
    /// Scans before those, not told one by one.
    let earlierScans: Int
    /// For a network: the worst of it.
    let worst: [JournalledScan]
    /// What belongs to no scan of its own: repeated attempts, sets. Oldest first.
    let others: [JournalledDecision]
    let blocks: [BlockRow]
    let evidence: [EvidenceFile]
    /// What the host said of itself last.
    let home: HomeView?
    let live: LiveView
    let settings: DetectionSettings
    let factsPath: String?

    static let scanLimit = 3
    static let stepLimit = 12
    private static let searched = 200

    /// What the running daemon says.
    package enum LiveView: Sendable {
        case known(SourceReport)
        /// Why there is none: it does not run, or may not be asked.
        case silent(String)
        /// Networks are not asked about.
        case notAsked
    }

    /// Asks the journal, in a handful of narrow questions.
    ///
    /// - Parameters:
    ///   - settings: those in force, for the thresholds.
    ///   - factsPath: the facts file that a replay needs; nil: none.
    /// Throws: ``JournalError``.
    package init(
        of asked: Network, journal: JournalReader, live: LiveView, settings: DetectionSettings,
        homeNetworks: [Network]?, ownAddresses: [Address]?, factsPath: String?, now: Timestamp
    ) throws(JournalError) {
        self.asked = asked
        self.live = live
        self.settings = settings
        self.factsPath = factsPath
        reach = try journal.reach()
        counts = try journal.counts(of: asked)
        blocks = try journal.blocks(of: asked, limit: 20)
        evidence = try journal.evidence(of: asked, limit: 50)
        home = HomeView(
            facts: try journal.hostFacts(at: now), homeNetworks: homeNetworks,
            ownAddresses: ownAddresses)
        let isNarrow = asked.isHost || counts.sources <= 1
        worst = isNarrow ? [] : try journal.worstScans(in: asked, of: counts.decisions, limit: 10)
        var filter = DecisionFilter()
        filter.source = asked
        filter.limit = Explanation.searched
        // A network of many sources has no one story; its worst are named, each to be asked about.
        let decisions =
            isNarrow || counts.decisions <= 5000 ? try journal.decisions(of: filter) : []
        let known = isNarrow ? try journal.scans(of: asked, limit: Explanation.searched) : []
        let told = known.suffix(Explanation.scanLimit)
        earlierScans = known.count - told.count
        var stories: [ScanStory] = []
        for scan in told {
            let own = decisions.filter { $0.scan == scan.id }
            let document = try own.last.flatMap { last throws(JournalError) in
                try journal.document(of: last.id)
            }
            let shown = Explanation.shown(own)
            stories.append(
                ScanStory(
                    scan: scan, steps: shown, omitted: own.count - shown.count,
                    document: document.flatMap { DecisionDocument($0) },
                    loss: try journal.losses(
                        from: scan.start, to: max(scan.last, scan.ended ?? scan.last)),
                    evidence: evidence.filter { $0.scanStart == scan.start }))
        }
        scans = stories
        let scanIDs = Set(known.map(\.id))
        others = decisions.filter { decision in
            decision.scan.map { !scanIDs.contains($0) } ?? true
        }.suffix(10)
    }

    /// The first few and the last few.
    private static func shown(_ steps: [JournalledDecision]) -> [JournalledDecision] {
        guard steps.count > stepLimit else { return steps }
        return Array(steps.prefix(stepLimit / 2) + steps.suffix(stepLimit / 2))
    }
}

/// Where the home networks are, as far as settings or the journal say.
struct HomeView: Sendable {
    let homeNetworks: [Network]
    let ownAddresses: [Address]

    /// The settings' word first, then the host's own; nil when neither says anything.
    init?(facts: HostFactsRow?, homeNetworks: [Network]?, ownAddresses: [Address]?) {
        let told = facts.flatMap {
            ControlLine.decode(StatusReport.Host.self, from: $0.json)
        }
        guard homeNetworks != nil || told != nil else { return nil }
        self.homeNetworks = homeNetworks ?? (told?.homeNetworks ?? []).compactMap { Network($0) }
        self.ownAddresses = ownAddresses ?? (told?.ownAddresses ?? []).compactMap { Address($0) }
    }

    /// Where an address or a network stands.
    func place(of network: Network) -> String {
        if network.isHost, ownAddresses.contains(network.address) {
            return "an address of this host"
        }
        for home in homeNetworks where home.contains(network.address) {
            if network.prefixLength >= home.prefixLength { return "in the home network \(home)" }
        }
        for home in homeNetworks where network.contains(home.address) {
            return "wider than the home network \(home), which lies in it"
        }
        return "outside the home networks"
    }
}
