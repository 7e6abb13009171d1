// swift-tools-version: 6.2
// SPDX-License-Identifier: GPL-3.0-or-later

import PackageDescription

/// The fuzz targets want a build of their own, with sanitizers: only contrib/fuzz asks for them.
let isFuzzing = Context.environment["PICKET_FUZZ"] != nil

/// Every Swift target is built alike: a warning is an error, and each unsafe expression says so.
let strict: [SwiftSetting] =
    [
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
        .enableExperimentalFeature("Lifetimes"),
    ] + (isFuzzing ? [.unsafeFlags(["-sanitize=address,fuzzer", "-enable-testing"])] : [])

/// One folder of Sources, and the only modules that it may import: the arrows of docs/ARCHITECTURE.md.
func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: strict)
}

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")

let package = Package(
    name: "picket",
    products: [.executable(name: "picket", targets: ["picket"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(
            name: "CNetfilter",
            linkerSettings: [.linkedLibrary("mnl"), .linkedLibrary("netfilter_log")]),
        .target(name: "CPcap", linkerSettings: [.linkedLibrary("pcap")]),
        .target(name: "CLinux"),
        module("NFLog", ["CNetfilter", "CLinux"]),
        module("Packets", []),
        module("HostFacts", ["Packets", "CNetfilter"]),
        module("Ring", ["Packets", "CLinux"]),
        module("Detection", ["Packets"]),
        module("Decisions", ["Packets", "Detection"]),
        module(
            "Configuration",
            [
                "Packets", "Detection", "Decisions", "NFLog", "HostFacts",
                .product(name: "Yams", package: "Yams"),
            ]),
        module("Captures", ["Packets", "CPcap"]),
        module("Control", ["Packets", "Detection", "Decisions", nio, nioPosix]),
        module(
            "Journal",
            ["Packets", "Detection", "Decisions", .product(name: "GRDB", package: "GRDB.swift")]),
        module(
            "Review",
            ["Packets", "Detection", "Decisions", "Configuration", "Journal", "Control"]),
        module("Programs", ["CLinux"]),
        module("Firewalls", ["Packets", "Programs"]),
        module("Probing", ["Packets", "NFLog", "Programs", "Firewalls", "CLinux"]),
        module("Lab", ["Packets", "Programs", "CLinux"]),
        module("Pairing", ["Packets", "Programs", "CLinux"]),
        module(
            "Daemon",
            [
                "NFLog", "HostFacts", "Packets", "Ring", "Detection", "Decisions", "Captures",
                "Control", "Configuration", "Journal", "Programs", "Firewalls", "Probing", "CLinux",
                log,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),
        .executableTarget(
            name: "picket",
            dependencies: [
                "Daemon", "Control", "Journal", "Review", "Lab", "Pairing", log,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "Stages",
            dependencies: [
                "CLinux", "NFLog", "Packets", "Ring", "Detection", "Decisions", "Configuration",
                "Daemon", "TestSupport",
            ],
            path: "Benchmarks/Stages", swiftSettings: strict),
        .executableTarget(
            name: "JournalLoad",
            dependencies: ["CLinux", "Packets", "Ring", "Detection", "Decisions", "Journal"],
            path: "Benchmarks/JournalLoad", swiftSettings: strict),
        .target(
            name: "TestSupport", dependencies: ["Packets"], path: "Tests/TestSupport",
            swiftSettings: strict),
        tests("PacketsTests", ["Packets"]),
        tests("RingTests", ["Ring"]),
        tests("DetectionTests", ["Detection", "Captures"]),
        tests("DecisionsTests", ["Decisions"]),
        tests("CapturesTests", ["Captures"]),
        tests("NFLogTests", ["NFLog"]),
        tests("HostFactsTests", ["HostFacts", "CNetfilter", "CLinux"]),
        tests("ConfigurationTests", ["Configuration"]),
        tests("ControlTests", ["Control"]),
        tests("JournalTests", ["Journal"]),
        tests("ReviewTests", ["Review", "Decisions", "Detection", "Journal", "Control"]),
        tests("ProgramsTests", ["Programs"]),
        tests("FirewallsTests", ["Firewalls"]),
        tests("ProbingTests", ["Probing", "Firewalls", "Programs"]),
        tests("LabTests", ["Lab", "Programs"]),
        tests("PairingTests", ["Pairing"]),
        tests("DaemonTests", ["Daemon"]),
        tests(
            "CommandTests",
            ["Daemon", "Captures", "Control", "Decisions", "Detection", "Review"]),
        tests("KernelTests", ["Daemon"]),
    ],
    swiftLanguageModes: [.v6]
)

if isFuzzing {
    package.targets += [
        .target(name: "FuzzingMain", path: "Tests/Fuzzing/Main"),
        .executableTarget(
            name: "Fuzzing",
            dependencies: [
                "Daemon", "Captures", "Control", "HostFacts", "FuzzingMain", "TestSupport", nio,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            path: "Tests/Fuzzing/Targets", swiftSettings: strict,
            linkerSettings: [.unsafeFlags(["-sanitize=address,fuzzer"])]),
    ]
}
