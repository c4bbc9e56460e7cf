// swift-tools-version: 6.1
// The fuzz targets: every module is compiled here once more, with coverage and AddressSanitizer. `make fuzz` runs them.
import PackageDescription

let sanitized: [SwiftSetting] = [.unsafeFlags(["-sanitize=fuzzer,address"])]
let linked: [LinkerSetting] = [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]

/// A module of the project, through a link to its folder.
func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: sanitized)
}

func fuzz(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name + "Fuzz", dependencies: dependencies + ["FuzzDriver"], swiftSettings: sanitized, linkerSettings: linked)
}

let package = Package(
    name: "postern-fuzz",
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto"),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl"),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CUring", pkgConfig: "liburing"),
        module("Patterns", ["CPCRE2"]),
        module("Sealing", ["COpenSSL"]),
        module("PolicyLang", []),
        module("Machine", ["Patterns"]),
        module("Compiler", ["PolicyLang", "Machine", "Inspect", "Patterns"]),
        module("LanguageServer", ["PolicyLang", "Compiler"]),
        module("Importing", ["PolicyLang", "Compiler", "Machine", "Patterns"]),
        module("Inspect", ["Machine"]),
        .target(name: "MaskGate"),
        module("Mask", ["MaskGate", "Machine", "Patterns", "Sealing"]),
        module("Decision", ["Machine", "Inspect", "Mask"]),
        module("Identity", ["CCurl", "COpenSSL", "Machine", .product(name: "JWTKit", package: "jwt-kit")]),
        module(
            "Recording",
            [
                "CLinux", "Machine", "Mask", "Decision", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        module(
            "Transport",
            [
                "CLinux", "COpenSSL", "CUring", .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]),
        module(
            "Gateway",
            [
                "Machine", "Inspect", "Mask", "Decision", "Sealing", "Identity", "Recording", "Transport",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ]),
        .target(name: "FuzzDriver", swiftSettings: sanitized),
        fuzz("PolicyLang", ["PolicyLang"]),
        fuzz("Compiler", ["Compiler"]),
        fuzz("LanguageServer", ["LanguageServer"]),
        fuzz("Importing", ["Importing"]),
        fuzz("Machine", ["Machine"]),
        fuzz("Inspect", ["Inspect", "Machine"]),
        fuzz("Schema", ["Inspect", "Machine"]),
        fuzz("Shell", ["Inspect", "Machine"]),
        fuzz("Mask", ["Mask", "Patterns", "Sealing"]),
        fuzz("Identity", ["Identity"]),
        fuzz("Recording", ["Recording"]),
        fuzz("PostgresWire", ["Gateway", "Recording", "Compiler", "PolicyLang", "Decision", "Machine", "Mask", "Inspect"]),
    ]
)
