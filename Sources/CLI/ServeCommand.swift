// `postern serve`: the gateway, until it is told to stop.

import ArgumentParser
import Dispatch
import Foundation
import Gateway
import Logging

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the gateway.",
        discussion: """
            docs/configuration.md describes the file. SIGHUP loads the policy bundle again, SIGTERM and SIGINT drain; a second one ends
            at once.

              postern serve --config postern.yaml
              postern serve --config postern.yaml --check

            Exit status 2 when the configuration, the policy or an address cannot be used.
            """)

    @Option(name: .long, help: "The configuration file (YAML).")
    var config: String
    @Flag(name: .long, help: "Only load the configuration and all it names, and say what is wrong with it.")
    var check = false
    @Option(name: .long, help: "Least severe log lines: debug, info, notice, warning or error.")
    var logLevel: Logger.Level = .info

    func run() async throws {
        let configuration: GatewayConfiguration
        do {
            configuration = try ConfigurationFile.read(path: config)
        } catch {
            Output.complain("\(error)")
            throw ExitStatus.impossible
        }
        // A client that goes away while it is written to is an error of that write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "postern")
        logger.logLevel = logLevel
        if configuration.policy.allowUnsigned { logger[metadataKey: "unsigned_policy_allowed"] = "true" }
        let server: GatewayServer
        do {
            if check {
                try GatewayServer.check(configuration, logger: logger)
                return Output.print("\(config): ok")
            }
            server = try await GatewayServer.start(configuration, logger: logger)
        } catch {
            Output.complain("\(error)")
            throw ExitStatus.impossible
        }
        let signals = SignalSources()
        signals.on(SIGHUP) { server.reload(force: true) }
        await signals.untilStopped()
        await server.drain()
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

/// Signals as events. Kept for as long as the process serves.
private final class SignalSources: @unchecked Sendable {
    // Set up by one task before anything is delivered; the sources themselves are thread-safe.
    private var sources: [any DispatchSourceSignal] = []
    private let queue = DispatchQueue(label: "postern.signals")

    func on(_ number: Int32, _ body: @escaping @Sendable () -> Void) {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        source.setEventHandler(handler: body)
        source.resume()
        sources.append(source)
    }

    /// Returns at the first SIGTERM or SIGINT; a second one ends the process.
    func untilStopped() async {
        let stops = AsyncStream<Void> { continuation in
            let count = StopCount()
            for number in [SIGTERM, SIGINT] {
                on(number) {
                    if count.next() > 1 { _exit(130) }
                    continuation.yield()
                }
            }
        }
        for await _ in stops { return }
    }
}

/// Counts on the signals' own queue.
private final class StopCount: @unchecked Sendable {
    // Only ever touched on the serial queue of `SignalSources`.
    private var count = 0
    func next() -> Int {
        count += 1
        return count
    }
}
