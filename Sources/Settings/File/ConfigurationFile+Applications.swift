internal import UsageModel

extension ConfigurationFile {
    /// Reads the list of applications, each as far as the file describes it.
    mutating func readApplications(_ root: inout ConfigurationSection) {
        guard let value = root.value("applications") else { return }
        applicationsPlace = value.place
        guard let items = value.list(of: "applications") else {
            hasReadableApplications = false
            return
        }
        for item in items {
            var draft = ApplicationDraft(origin: item)
            let isMapping = item.section { Self.read(&draft, &$0) }
            if isMapping { applications.append(draft) }
            if draft.id == nil { hasReadableApplications = false }
        }
        reportDuplicates()
    }

    private static func read(_ draft: inout ApplicationDraft, _ section: inout ConfigurationSection) {
        if let id = section.value("id") {
            draft.id = id.scalar(.applicationID)
        } else {
            section.value.refuse("id is missing", expected: "the application's id")
        }
        for name in KeyName.allCases { readKey(name, &draft, &section) }
        section.section("indices") { indices in
            indices.read("include", listOf: "patterns", indexPattern, into: &draft.indices.include)
            indices.read("exclude", listOf: "patterns", indexPattern, into: &draft.indices.exclude)
        }
        if let value = section.value("clusters"), !value.isNull, let list = value.list(of: "clusters") {
            draft.clusters = list.compactMap { $0.scalar(.clusterName) }
        }
        section.section("contract") { draft.contract = Contract(&$0) }
        section.read("usage_v2", .usageV2, into: &draft.collectsBilling)
        section.read("name", .labelValue, into: &draft.name)
        section.section("labels") { labels in
            let entries = labels.entries()
            if entries.count > mostLabels {
                labels.value.refuse("there are \(entries.count) labels", expected: "at most \(mostLabels)")
            }
            for (name, value) in entries { readLabel(name, value, of: labels, &draft) }
        }
    }

    /// The most labels of one application: each is in every sample of its metrics.
    private static var mostLabels: Int { 20 }
    private static var longestLabelName: Int { 100 }

    private static func readLabel(
        _ name: String, _ value: ConfigurationValue, of labels: ConfigurationSection, _ draft: inout ApplicationDraft
    ) {
        func refuse(_ found: String, _ expected: String) {
            // Not by the value's own path, which repeats the name.
            value.problems.add(value.place, labels.value.path, found, expected: expected)
        }
        if ApplicationLabels.reserved.contains(name) {
            refuse("the label \(name) is one of the exporter's or of Prometheus", "another name")
        } else if name.wholeMatch(of: /[a-z][a-zA-Z0-9_]*/) == nil || name.utf8.count > longestLabelName {
            refuse(
                "\(ShownText.quoted(name)) is not a label name",
                "a small letter, then letters, digits and _, at most \(longestLabelName)")
        } else if let text = value.scalar(.labelValue) {
            draft.labels[name] = text
        }
    }

    private static var indexPattern: ValueRule<IndexPattern> {
        .name("the name of an index, or a pattern such as prod_*")
    }

    /// A key or the path of its file, never both.
    private static func readKey(
        _ name: KeyName, _ draft: inout ApplicationDraft, _ section: inout ConfigurationSection
    ) {
        let value = section.value(name.valueKey)
        let file = section.value(name.fileKey)
        let keys = [value?.scalar(.key), file?.scalar(.keyFile)].compactMap { $0 }
        draft.keys[name] = keys.first
        if value != nil || file != nil, keys.isEmpty { draft.wrongKeys.insert(name) }
        if value != nil, let file {
            file.refuse("\(name.valueKey) is given as well", expected: "only one of the two")
        }
    }

    private func reportDuplicates() {
        var origins: [ApplicationID: ConfigurationValue] = [:]
        for draft in applications {
            guard let id = draft.id, let origin = draft.origin else { continue }
            if let first = origins[id] {
                let line = first.place.map { " at line \($0.line)" } ?? ""
                origin.refuse("application \(id) is already \(first.path)\(line)", expected: "each application once")
            } else {
                origins[id] = origin
            }
        }
    }
}
