// swift-tools-version: 6.1
// Postern: an identity-aware gateway ruled by policy as code. The arrows between targets are ARCHITECTURE.md's.
import PackageDescription

/// Targets that run for every statement: checked once by the verifier, then trusted to own their memory.
let hot: [SwiftSetting] = [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

let package = Package(
    name: "postern",
    products: [
        .executable(name: "postern", targets: ["CLI"]),
        .library(name: "PosternAuthoring", targets: ["PolicyLang", "Compiler"]),
        .library(
            name: "PosternDecision",
            targets: ["Patterns", "Machine", "Inspect", "Mask", "Decision"]),
        .library(name: "PosternGateway", targets: ["Sealing", "Identity", "Recording", "Harness", "Gateway"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CUring", pkgConfig: "liburing", providers: [.apt(["liburing-dev"])]),

        // Authoring: text in, program out.
        .target(name: "PolicyLang"),
        .target(name: "Compiler", dependencies: ["PolicyLang", "Machine", "Inspect", "Patterns"]),
        .target(name: "LanguageServer", dependencies: ["PolicyLang", "Compiler"]),
        .target(name: "Importing", dependencies: ["PolicyLang", "Compiler", "Machine", "Patterns"]),

        // Decision: pure.
        .target(name: "Patterns", dependencies: ["CPCRE2"], swiftSettings: hot),
        .target(name: "Sealing", dependencies: ["COpenSSL"]),
        .target(name: "Machine", dependencies: ["Patterns"], swiftSettings: hot),
        .target(name: "Inspect", dependencies: ["Machine"], swiftSettings: hot),
        .target(name: "MaskGate"),
        .target(name: "Mask", dependencies: ["MaskGate", "Machine", "Patterns", "Sealing"], swiftSettings: hot),
        .target(name: "Decision", dependencies: ["Machine", "Inspect", "Mask"], swiftSettings: hot),

        // Data: the world.
        .target(
            name: "Identity",
            dependencies: ["CCurl", "COpenSSL", "Machine", .product(name: "JWTKit", package: "jwt-kit")]),
        .target(
            name: "Recording",
            dependencies: [
                "CLinux", "Machine", "Mask", "Decision", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ], swiftSettings: hot),
        .target(
            name: "Transport",
            dependencies: [
                "CLinux", "COpenSSL", "CUring", .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "NIOCore", package: "swift-nio"),
            ], swiftSettings: hot),
        .target(name: "Harness", dependencies: ["Machine", "Inspect", "Mask", "Decision", "Recording"]),
        .target(
            name: "Gateway",
            dependencies: [
                "Machine", "Inspect", "Mask", "Decision", "Sealing", "Identity", "Recording", "Transport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: hot),
        .executableTarget(
            name: "CLI",
            dependencies: [
                "PolicyLang", "Compiler", "Patterns", "Machine", "Inspect", "Mask", "Decision", "Sealing",
                "Identity", "Recording", "Harness", "Gateway", "LanguageServer", "Importing",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Logging", package: "swift-log"),
            ]),

        // What tests share; nothing but tests may depend on it.
        .target(name: "TestSupport", path: "Tests/Support"),
        .testTarget(name: "PolicyLangTests", dependencies: ["TestSupport", "PolicyLang"], exclude: ["Cases"]),
        .testTarget(
            name: "CompilerTests", dependencies: ["TestSupport", "Compiler", "PolicyLang", "Machine", "Inspect"], exclude: ["Cases"]),
        .testTarget(
            name: "ImportingTests", dependencies: ["TestSupport", "Importing", "Compiler", "PolicyLang", "Machine"], exclude: ["Cases"]),
        .testTarget(name: "PatternsTests", dependencies: ["TestSupport", "Patterns"], exclude: ["Cases"]),
        .testTarget(
            name: "TransportTests",
            dependencies: ["TestSupport", "Transport", "COpenSSL", "CUring", "Sealing", .product(name: "NIOCore", package: "swift-nio")]),
        .testTarget(name: "SealingTests", dependencies: ["Sealing"]),
        .testTarget(name: "MachineTests", dependencies: ["TestSupport", "Machine", "Patterns"], exclude: ["Cases"]),
        .testTarget(name: "MaskTests", dependencies: ["TestSupport", "Mask", "Patterns"], exclude: ["Cases"]),
        .testTarget(
            name: "DecisionTests", dependencies: ["TestSupport", "Decision", "Compiler", "PolicyLang", "Machine", "Inspect", "Mask"],
            exclude: ["Cases"]),
        .testTarget(
            name: "IdentityTests",
            dependencies: ["TestSupport", "Identity", "Machine", .product(name: "JWTKit", package: "jwt-kit")], exclude: ["Cases"]),
        .testTarget(
            name: "InspectTests", dependencies: ["TestSupport", "Inspect", "Machine"], exclude: ["Cases", "SchemaCases", "ShellCases"]),
        .testTarget(
            name: "RecordingTests",
            dependencies: [
                "TestSupport", "Recording", "Decision", "Machine", "RecordingCrashTool", .product(name: "GRDB", package: "GRDB.swift"),
            ], exclude: ["CrashTool", "Cases"]),
        .executableTarget(
            name: "RecordingCrashTool", dependencies: ["Recording", "Decision", "Machine"],
            path: "Tests/RecordingTests/CrashTool"),
        .testTarget(
            name: "HarnessTests",
            dependencies: ["TestSupport", "Harness", "Recording", "Compiler", "PolicyLang", "Decision", "Machine", "Mask"],
            exclude: ["Cases"]),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "TestSupport", "Gateway", "Recording", "Compiler", "PolicyLang", "Decision", "Machine", "Mask", "Inspect", "Identity",
                "Sealing", "Transport", .product(name: "NIOCore", package: "swift-nio"), .product(name: "Logging", package: "swift-log"),
            ], exclude: ["Cases"]),
        .systemLibrary(name: "CPgQuery", path: "Tests/CPgQuery", providers: [.apt(["libpg-query-dev"])]),
        .testTarget(name: "JudgeTests", dependencies: ["TestSupport", "Inspect", "Machine", "CPgQuery"]),
        .testTarget(name: "LanguageServerTests", dependencies: ["TestSupport", "LanguageServer", "CLI"], exclude: ["Cases", "Editors"]),
        .testTarget(name: "CLITests", dependencies: ["TestSupport", "CLI"]),
        .testTarget(name: "TidyTests"),
    ]
)
