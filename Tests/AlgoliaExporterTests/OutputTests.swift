import Foundation
import TestSupport
import Testing

@Suite("Files that commands write")
struct OutputTests {
    /// A history without points, made by the program itself.
    private func folderWithHistory() async throws -> TemporaryFolder {
        let folder = TemporaryFolder()
        try await Program.run(script: serving(), in: folder) { program in
            _ = try await folder.port()
            program.send(SIGTERM)
        }
        return folder
    }

    /// Runs bash with `$0` and `$1` as in ``Program``.
    private func bash(_ script: String, _ folder: TemporaryFolder) async throws -> Int32 {
        try await Program.run(script: script, in: folder)
    }

    private let export = #""$0" export --format csv --storage.path "$1/history.db""#

    @Test("A FIFO, a link and >(…) are written through; what they name is not replaced")
    func writtenThrough() async throws {
        let folder = try await folderWithHistory()
        let status = try await bash(
            """
            cd "$1"; mkfifo fifo; echo old > target; ln -s target link; ln -s missing dangling; ln target hard
            timeout 60 cat fifo > from_fifo & \(export) --output fifo && wait $! || exit 2
            [ -p fifo ] || exit 3
            \(export) --output link && [ -L link ] && cmp target from_fifo || exit 4
            \(export) --output dangling && [ -L dangling ] && cmp missing from_fifo || exit 5
            \(export) --output >(cat > from_process; touch done) || exit 6
            for i in $(seq 600); do [ -e done ] && break; sleep 0.1; done
            cmp from_process from_fifo || exit 7
            { echo first; \(export) --output /dev/stdout; } > from_stdout && head -1 from_stdout | grep -q first || exit 8
            echo old > target; ln -f target hard; \(export) --output hard && cmp target from_fifo || exit 9
            "$0" db backup --storage.path history.db fifo & timeout 60 cat fifo > copy.db && wait $! || exit 10
            "$0" db verify --storage.path copy.db || exit 11
            """, folder)
        #expect(status == 0)
        let header = try String(contentsOfFile: folder.file("from_fifo"), encoding: .utf8)
        #expect(header.hasPrefix("time,"))
    }

    @Test("A regular file keeps its mode, and its old content until the new one is complete")
    func regular() async throws {
        let folder = try await folderWithHistory()
        let status = try await bash(
            """
            cd "$1"; echo old > target; chmod 640 target
            \(export) --output target --statistic no_such_statistic && exit 2
            [ "$(cat target)" = old ] || exit 3
            \(export) --output target && [ "$(stat -c %a target)" = 640 ] && [ "$(cat target)" != old ] || exit 4
            umask 027; \(export) --output new && [ "$(stat -c %a new)" = 640 ] || exit 5
            echo old > kept
            ( trap '' XFSZ; ulimit -f 0; \(export) --output kept ) && exit 6
            [ "$(cat kept)" = old ] || exit 7
            ( trap '' XFSZ; ulimit -f 4; "$0" db backup --storage.path history.db copy.db ) && exit 8
            [ -e copy.db ] && exit 9
            "$0" db backup --storage.path history.db copy.db || exit 10
            "$0" db backup --storage.path history.db copy.db && exit 11
            ls -A | grep algolia-exporter- && exit 12
            exit 0
            """, folder)
        #expect(status == 0)
    }

    // Fault (Lifecycle): An output that nobody reads any more
    // Done: `… \| head`
    // Seen: one error, exit status 1
    // Lost: nothing
    @Test("An output that nobody reads any more is one clear error and exit status 1")
    func closedPipe() async throws {
        let folder = try await folderWithHistory()
        for command in ["export --format csv", "db info", "db verify", "db retain --dry-run"] {
            let status = try await bash(
                """
                cd "$1"; mkfifo closed; exec 3<>closed 4>closed; exec 3<&-
                "$0" \(command) --storage.path history.db 2> error >&4; status=$?
                rm closed; exit $status
                """, folder)
            #expect(status == 1, "\(command)")
            let error = folder.text("error")
            #expect(error.contains("cannot write to standard output: broken pipe"), "\(command): \(error)")
            #expect(error.split(separator: "\n").count == 1)
        }
    }
}
