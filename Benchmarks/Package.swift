// swift-tools-version: 6.1
// Benchmarks of the decision plane; `Scripts/bench.sh` measures the relay beside its peers.
import PackageDescription

let package = Package(
    name: "postern-benchmarks",
    dependencies: [.package(name: "postern", path: "..")],
    targets: [
        .executableTarget(name: "MachineBench", dependencies: [.product(name: "PosternDecision", package: "postern")]),
        .executableTarget(name: "MaskBench", dependencies: [.product(name: "PosternDecision", package: "postern")]),
        .systemLibrary(name: "CPgQuery", providers: [.apt(["libpg-query-dev"])]),
        .target(name: "CLexer"),
        .executableTarget(
            name: "InspectBench", dependencies: ["CLexer", "CPgQuery", .product(name: "PosternDecision", package: "postern")]),
        .executableTarget(
            name: "PolicyBench",
            dependencies: [
                .product(name: "PosternDecision", package: "postern"), .product(name: "PosternAuthoring", package: "postern"),
            ]),
        .executableTarget(
            name: "GateBench",
            dependencies: [
                .product(name: "PosternDecision", package: "postern"), .product(name: "PosternAuthoring", package: "postern"),
            ]),
    ]
)
