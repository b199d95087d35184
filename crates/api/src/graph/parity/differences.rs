//! What Zetel does otherwise than Microsoft documents, and why.

/// Something that differs.
pub(super) struct Difference {
    /// Operations, such as `GET /users`; one that ends with `*` stands for all that begin so. None for what holds
    /// everywhere.
    pub operations: &'static [&'static str],
    /// What Microsoft documents.
    pub microsoft: &'static str,
    /// What Zetel does.
    pub zetel: &'static str,
    /// Why.
    pub why: &'static str,
}

impl Difference {
    /// Whether it is about an operation.
    pub fn concerns(&self, operation: &str) -> bool {
        self.operations
            .iter()
            .any(|named| match named.strip_suffix('*') {
                Some(start) => operation.starts_with(start),
                None => operation == *named,
            })
    }
}

/// All that differs, in the order of their numbers.
pub(super) const DIFFERENCES: &[Difference] = &[
    Difference {
        operations: &["POST /groups/{id}/assignLicense"],
        microsoft: "Members are licensed in the background; `licenseProcessingState` goes from `QueuedForProcessing` to `ProcessingComplete`.",
        zetel: "Members are licensed when the call returns; the state is `ProcessingComplete`.",
        why: "[Decision 7](../decisions/0007-consequences-in-the-same-generation.md): no state in between exists.",
    },
    Difference {
        operations: &[
            "DELETE /groups/{id}/members/{id}",
            "DELETE /groups/{id}/owners/{id}",
        ],
        microsoft: "Without `/$ref` the object itself is deleted, if the caller has the right.",
        zetel: "400, and the message says how to take the object out of the list.",
        why: "Nobody who writes this means to delete the user.",
    },
    Difference {
        operations: &[
            "POST /users/{id | userPrincipalName}/assignLicense",
            "POST /me/assignLicense",
            "POST /groups/{id}/assignLicense",
            "DELETE /users/*",
            "DELETE /groups/*",
            "PATCH /groups/*",
        ],
        microsoft: "Done, whoever loses what.",
        zetel: "428 `zetel_confirmationRequired` where more people lose a service than the tenant's policy allows; the same request with the token of the answer does it.",
        why: "[The guard](../concepts/semantics.md#the-guard). The policy can switch it off.",
    },
    Difference {
        operations: &["GET /subscribedSkus*"],
        microsoft: "The metadata says that `$select` is not supported; the documentation says that it is.",
        zetel: "It is supported, and nothing else is.",
        why: "Clients use it.",
    },
    Difference {
        operations: &["GET /auditLogs/directoryAudits*"],
        microsoft: "Records are kept for 7 or 30 days.",
        zetel: "Records are made from the changes themselves and stay for ever; names are those of today, without those of people who are gone for good.",
        why: "[Decision 3](../decisions/0003-personal-details-outside-the-chain.md).",
    },
    Difference {
        operations: &["GET /deviceManagement/managedDevices*"],
        microsoft: "`complianceState` changes when the device checks in next.",
        zetel: "It follows from licenses and times and is right at once.",
        why: "[Decision 10](../decisions/0010-compliance-follows-from-facts.md).",
    },
    Difference {
        operations: &["POST /$batch"],
        microsoft: "Requests run in any order unless they depend on each other; either all of them do or none. `atomicityGroup` and `if` are ignored.",
        zetel: "They run one after another in the order of the array; any dependencies without a circle are taken. `atomicityGroup` and `if` are answered with 501.",
        why: "The same batch has the same outcome every time; what changes the meaning of a batch is not ignored.",
    },
    Difference {
        operations: &["GET /users/delta", "GET /groups/delta"],
        microsoft: "Changes of licenses do not always appear. Options that cannot be followed are ignored or refused.",
        zetel: "All licenses and assignments are followed, whatever changes them. Such options, `manager` and `owners` are refused.",
        why: "[Delta queries](delta-queries.md#differences-from-microsoft-graph).",
    },
    Difference {
        operations: &[
            "DELETE /applications*",
            "POST /applications",
            "POST /servicePrincipals",
            "DELETE /servicePrincipals*",
        ],
        microsoft: "Two objects, which may differ; a deleted application lies in the recycle bin.",
        zetel: "One record with two ids and the same credentials; a removed application is gone at once.",
        why: "[Decision 12](../decisions/0012-applications-and-their-service-principals.md).",
    },
    Difference {
        operations: &[],
        microsoft: "`Accept` with `odata.metadata=full` is answered as asked; `none` leaves out every annotation.",
        zetel: "`full` is answered with `minimal`; `none` leaves out `@odata.context` and keeps links, counts and the types of objects in mixed lists.",
        why: "Clients tell users from groups by their types. [How answers look](graph-conventions.md#answers).",
    },
    Difference {
        operations: &[],
        microsoft: "A path, option or property is served, or ignored in silence.",
        zetel: "What Graph has and Zetel does not is answered with 501 and its name.",
        why: "A stand-in that ignores a filter answers wrongly.",
    },
];
