import AlgoliaClient
import ArgumentParser
import History
import Logging
import Settings

/// Reports what ends a command: one clear line, exit status 1.
enum Failures {
    static func reported(_ logger: Logger, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let code as ExitCode {
            throw code
        } catch let error as SettingsError {
            // A line for each problem, as a compiler would print them.
            Console.error("\(error)")
            throw ExitCode.failure
        } catch {
            logger.error("\(error)")
            throw ExitCode.failure
        }
    }
}
