//! Subscriptions: what was bought, through which channel, and how it ages (licensing.md 6.1 and 6.2).

use minicbor::{Decode, Encode};
use uuid::Uuid;

use crate::{codec, product::ProductOrdinal, time::Timestamp};

/// How a subscription was bought. It decides how the subscription ages and where its quantity is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Channel {
    /// Enterprise Agreement; managed in the volume licensing portal.
    #[n(0)]
    EnterpriseAgreement,
    /// From a Cloud Solution Provider, who manages it.
    #[n(1)]
    CloudSolutionProvider {
        /// The partner's tenant.
        #[cbor(n(0), with = "codec::guid")]
        partner_tenant_id: Uuid,
    },
    /// Direct, paid by card; always per user.
    #[n(2)]
    Card,
    /// Direct, paid by invoice; always per user.
    #[n(3)]
    Invoice,
    /// A trial.
    #[n(4)]
    Trial,
}

/// Who changes the quantity of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManagedBy {
    /// The volume licensing portal.
    VolumeLicensingPortal,
    /// The partner.
    Partner(Uuid),
    /// The organization itself, here.
    Organization,
}

impl Channel {
    /// Who changes the quantity.
    pub const fn managed_by(self) -> ManagedBy {
        match self {
            Self::EnterpriseAgreement => ManagedBy::VolumeLicensingPortal,
            Self::CloudSolutionProvider { partner_tenant_id } => {
                ManagedBy::Partner(partner_tenant_id)
            }
            Self::Card | Self::Invoice | Self::Trial => ManagedBy::Organization,
        }
    }

    /// Whether only products licensed per user can be bought this way (the seeds: *CC# or Invoice*).
    pub const fn is_user_based_only(self) -> bool {
        matches!(self, Self::Card | Self::Invoice)
    }

    /// A word for tables and configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EnterpriseAgreement => "enterpriseAgreement",
            Self::CloudSolutionProvider { .. } => "cloudSolutionProvider",
            Self::Card => "card",
            Self::Invoice => "invoice",
            Self::Trial => "trial",
        }
    }
}

/// The length of a commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Term {
    /// Calendar months: 1, 12, 36 …
    #[n(0)]
    pub months: u16,
}

/// Days that an expired subscription stays usable, and days that it then stays restorable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Durations {
    /// Days in [`Status::Warning`].
    pub grace_days: i64,
    /// Days in [`Status::Suspended`] or [`Status::LockedOut`].
    pub disabled_days: i64,
}

/// How long a subscription ages in each state (licensing.md 6.1). A Cloud Solution Provider's own rules are not public;
/// the rule of most offers stands in for them.
pub const fn durations(channel: Channel, term: Term) -> Durations {
    match channel {
        Channel::EnterpriseAgreement => Durations {
            grace_days: 90,
            disabled_days: 60,
        },
        Channel::Trial => Durations {
            grace_days: 30,
            disabled_days: 0,
        },
        Channel::Card | Channel::Invoice if term.months > 12 => Durations {
            grace_days: 90,
            disabled_days: 90,
        },
        Channel::Card | Channel::Invoice | Channel::CloudSolutionProvider { .. } => Durations {
            grace_days: 30,
            disabled_days: 90,
        },
    }
}

/// Where a subscription is in its life; declared from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Status {
    /// Paid and usable.
    #[n(0)]
    Enabled,
    /// Expired, in grace: usable and assignable.
    #[n(1)]
    Warning,
    /// Grace is over: nothing can be assigned, services are off, everything is kept.
    #[n(2)]
    Suspended,
    /// Cancelled by the customer: as suspended.
    #[n(3)]
    LockedOut,
    /// Gone.
    #[n(4)]
    Deleted,
}

impl Status {
    /// Graph's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Warning => "Warning",
            Self::Suspended => "Suspended",
            Self::LockedOut => "LockedOut",
            Self::Deleted => "Deleted",
        }
    }

    /// Whether seats of a subscription in this state can be assigned.
    pub const fn is_assignable(self) -> bool {
        matches!(self, Self::Enabled | Self::Warning)
    }
}

/// A purchase.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Subscription {
    /// Graph's `id`.
    #[cbor(n(0), with = "codec::guid")]
    pub id: Uuid,
    /// Graph's `commerceSubscriptionId`.
    #[cbor(n(1), with = "codec::guid")]
    pub commerce_id: Uuid,
    /// What was bought.
    #[n(2)]
    pub product: ProductOrdinal,
    /// How.
    #[n(3)]
    pub channel: Channel,
    /// Seats, or devices for a device product.
    #[n(4)]
    pub quantity: u32,
    /// For how long at a time.
    #[n(5)]
    pub term: Term,
    /// Whether the term starts again at its end.
    #[n(6)]
    pub renews: bool,
    /// When it was bought.
    #[n(7)]
    pub created: Timestamp,
    /// When the current term ends.
    #[n(8)]
    pub ends: Timestamp,
    /// Where it is in its life.
    #[n(9)]
    pub status: Status,
    /// Since when.
    #[n(10)]
    pub status_since: Timestamp,
    /// The person who bought it, if known.
    #[cbor(n(11), with = "owner")]
    pub owner_id: Option<Uuid>,
}

mod owner {
    use minicbor::{
        Decoder, Encoder,
        decode::Error as DecodeError,
        encode::{Error as EncodeError, Write},
    };
    use uuid::Uuid;

    #[expect(
        clippy::ref_option,
        reason = "the derived code hands a reference to the field"
    )]
    pub fn encode<C, W: Write>(
        owner: &Option<Uuid>,
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        encoder
            .bytes(owner.as_ref().map_or(&[][..], |id| id.as_bytes()))?
            .ok()
    }

    pub fn decode<C>(decoder: &mut Decoder<'_>, _: &mut C) -> Result<Option<Uuid>, DecodeError> {
        Ok(Uuid::from_slice(decoder.bytes()?).ok())
    }
}

impl Subscription {
    /// When it moves on by itself if nobody does anything, and to what; nothing once deleted.
    ///
    /// A renewing subscription moves to its next term at its end.
    pub fn next_change(&self) -> Option<(Timestamp, NextChange)> {
        let durations = durations(self.channel, self.term);
        match self.status {
            Status::Enabled if self.renews => Some((self.ends, NextChange::Renewal)),
            Status::Enabled => Some((self.ends, NextChange::Status(Status::Warning))),
            Status::Warning => {
                let next = if durations.disabled_days == 0 {
                    Status::Deleted
                } else {
                    Status::Suspended
                };
                Some((
                    self.status_since.plus_days(durations.grace_days),
                    NextChange::Status(next),
                ))
            }
            Status::Suspended | Status::LockedOut => Some((
                self.status_since.plus_days(durations.disabled_days),
                NextChange::Status(Status::Deleted),
            )),
            Status::Deleted => None,
        }
    }
}

/// What happens to a subscription next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextChange {
    /// A new term begins.
    Renewal,
    /// It moves down to this state.
    Status(Status),
}

/// The seats of a product over all its subscriptions: Graph's `prepaidUnits` and `consumedUnits`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SeatTotals {
    /// Seats of paid subscriptions.
    pub enabled: u32,
    /// Seats of subscriptions in grace.
    pub warning: u32,
    /// Seats of suspended subscriptions.
    pub suspended: u32,
    /// Seats of cancelled subscriptions.
    pub locked_out: u32,
    /// Distinct holders.
    pub consumed: u32,
}

impl SeatTotals {
    /// Adds a subscription.
    pub const fn add(&mut self, status: Status, quantity: u32) {
        let pool = match status {
            Status::Enabled => &mut self.enabled,
            Status::Warning => &mut self.warning,
            Status::Suspended => &mut self.suspended,
            Status::LockedOut => &mut self.locked_out,
            Status::Deleted => return,
        };
        *pool = pool.saturating_add(quantity);
    }

    /// Seats that can still be assigned; none if more are consumed than there are.
    pub const fn available(&self) -> u32 {
        self.enabled
            .saturating_add(self.warning)
            .saturating_sub(self.consumed)
    }

    /// Graph's `capabilityStatus`: the best state that holds any seat (licensing.md 6.2).
    pub const fn status(&self) -> Status {
        match self {
            Self { enabled: 1.., .. } => Status::Enabled,
            Self { warning: 1.., .. } => Status::Warning,
            Self { suspended: 1.., .. } => Status::Suspended,
            Self {
                locked_out: 1.., ..
            } => Status::LockedOut,
            _ => Status::Deleted,
        }
    }
}
