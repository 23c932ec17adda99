internal import Transport
internal import Foundation
public import Logging
private import Synchronization
private import UsageModel

/// Warns of files with secrets that every user of the machine may read.
public enum SecretFiles {
    /// Files that were named already.
    private static let named = Mutex<Set<String>>([])

    /// Looks at the files of keys and passwords, and at the configuration itself when it holds some.
    /// - Parameters:
    ///   - configuration: the path of the configuration file; nil without one.
    ///   - environment: the variables of the process; a secret that comes from there is not one of the file.
    public static func warn(
        of settings: Settings, configuration: String?, environment: [String: String], _ logger: Logger
    ) {
        let environment = Set(environment.values)
        var holdsSecrets = false
        var paths: [String] = []
        for secret in settings.secrets {
            switch secret {
            case .file(let path): paths.append(path)
            case .value(let text): holdsSecrets = holdsSecrets || !environment.contains(text)
            }
        }
        paths += settings.remoteWrite.compactMap(\.tls.keyFile)
        if let configuration, holdsSecrets { paths.append(configuration) }
        warn(of: paths, logger)
    }

    /// Looks at the files at `paths`, and warns of each once.
    public static func warn(of paths: [String], _ logger: Logger) {
        for path in paths {
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & S_IROTH != 0,
                named.withLock({ $0.insert(path).inserted })
            else { continue }
            logger.warning(
                "every user of this machine can read \(path), which holds a secret; restrict it, for example to mode 0600"
            )
        }
    }
}

extension Settings {
    /// Keys, passwords and tokens.
    fileprivate var secrets: [SecretSource] {
        applications.flatMap { [$0.usageKey, $0.monitoringKey, $0.searchKey].compactMap(\.self) }
            + remoteWrite.flatMap { receiver in
                [receiver.credentials?.secret].compactMap(\.self) + receiver.headers.values
            }
    }
}
