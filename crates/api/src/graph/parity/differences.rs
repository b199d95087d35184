//! What Zetel does otherwise than Microsoft documents, and why.

/// Something that differs.
pub(super) struct Difference {
    /// Operations, such as `GET /users`; one that ends with `*` stands for all that begin so.
    operations: &'static [&'static str],
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
];
