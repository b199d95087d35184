//! What Contoso bought.

use uuid::Uuid;
use zetel_domain::{
    command::NewSubscription,
    product::{PlanDefinition, ProductDefinition},
    subscription::{Channel, Term},
};

/// How many seats a purchase has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Seats {
    /// So many in a hundred users.
    Percent(u32),
    /// So many.
    Exactly(u32),
}

/// When a purchase was made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Bought {
    /// So that its term still runs.
    Lately,
    /// So that its term ended 35 days ago: in grace or suspended, as the channel has it.
    LongAgo,
}

/// A purchase.
pub struct Purchase {
    /// The product.
    pub sku_id: Uuid,
    /// Its part number, for products that the catalog does not know.
    pub part_number: &'static str,
    /// How it was bought.
    pub channel: Channel,
    /// How much.
    pub seats: Seats,
    /// When.
    pub bought: Bought,
}

const fn sku(id: u128) -> Uuid {
    Uuid::from_u128(id)
}

/// Enterprise Mobility + Security E3.
pub const EMS: Uuid = sku(0xefcc_b6f7_5641_4e0e_bd10_b497_6e1b_f68e);
/// Enterprise Mobility + Security E5.
pub const EMS_E5: Uuid = sku(0xb05e_124f_c7cc_45a0_a6aa_8cf7_8c94_6968);
/// Microsoft 365 E3.
pub const MICROSOFT_365_E3: Uuid = sku(0x05e9_a617_0261_4cee_bb44_138d_3ef5_d965);
/// Microsoft 365 E5.
pub const MICROSOFT_365_E5: Uuid = sku(0x06eb_c4ee_1bb5_47dd_8120_1132_4bc5_4e06);
/// Microsoft 365 F3.
pub const MICROSOFT_365_F3: Uuid = sku(0x66b5_5226_6b4f_492c_910c_a3b7_a3c9_d993);
/// Office 365 E1.
pub const OFFICE_365_E1: Uuid = sku(0x1818_1a46_0d4e_45cd_891e_60aa_bd17_1b4e);
/// Intune.
pub const INTUNE: Uuid = sku(0x061f_9ace_7d42_4136_88ac_31dc_755f_143f);
/// Intune, per device.
pub const INTUNE_DEVICE: Uuid = sku(0x2b31_7a4a_77a6_4188_9437_b68a_77b4_e2c6);
/// Visio Plan 2.
pub const VISIO: Uuid = sku(0xc592_8f49_12ba_48f7_ada3_0d74_3a36_01d5);
/// Planner and Project Plan 3.
pub const PROJECT: Uuid = sku(0x5381_8b1b_4a27_454b_8896_0dba_5764_10e6);
/// Power BI Pro.
pub const POWER_BI: Uuid = sku(0xf8a1_db68_be16_40ed_86d5_cb42_ce70_1560);
/// A product of Contoso's own, which no catalog knows.
pub const TOOLBOX: Uuid = sku(0x7a1e_0000_c0de_4000_8000_0000_0000_0001);

const PARTNER: Uuid = sku(0x7a1e_0000_c0de_4000_8000_0000_0000_00c5);
const TOOLBOX_PLAN: Uuid = sku(0x7a1e_0000_c0de_4000_8000_0000_0000_0002);

/// All purchases.
pub const PURCHASES: &[Purchase] = &[
    purchase(
        EMS,
        "EMS",
        Channel::EnterpriseAgreement,
        Seats::Percent(60),
        Bought::Lately,
    ),
    purchase(
        EMS_E5,
        "EMSPREMIUM",
        Channel::CloudSolutionProvider {
            partner_tenant_id: PARTNER,
        },
        Seats::Percent(10),
        Bought::Lately,
    ),
    purchase(
        MICROSOFT_365_E3,
        "SPE_E3",
        Channel::EnterpriseAgreement,
        Seats::Percent(40),
        Bought::Lately,
    ),
    purchase(
        MICROSOFT_365_E5,
        "SPE_E5",
        Channel::Invoice,
        Seats::Percent(5),
        Bought::Lately,
    ),
    purchase(
        MICROSOFT_365_F3,
        "SPE_F1",
        Channel::EnterpriseAgreement,
        Seats::Percent(30),
        Bought::LongAgo,
    ),
    purchase(
        OFFICE_365_E1,
        "STANDARDPACK",
        Channel::Card,
        Seats::Percent(15),
        Bought::Lately,
    ),
    purchase(
        INTUNE,
        "INTUNE_A",
        Channel::Card,
        Seats::Percent(10),
        Bought::Lately,
    ),
    purchase(
        INTUNE_DEVICE,
        "INTUNE_A_D",
        Channel::EnterpriseAgreement,
        Seats::Exactly(25),
        Bought::Lately,
    ),
    purchase(
        VISIO,
        "VISIOCLIENT",
        Channel::Card,
        Seats::Exactly(2),
        Bought::Lately,
    ),
    purchase(
        PROJECT,
        "PROJECTPROFESSIONAL",
        Channel::CloudSolutionProvider {
            partner_tenant_id: PARTNER,
        },
        Seats::Exactly(10),
        Bought::Lately,
    ),
    purchase(
        POWER_BI,
        "POWER_BI_PRO",
        Channel::Invoice,
        Seats::Exactly(10),
        Bought::LongAgo,
    ),
    purchase(
        TOOLBOX,
        "CONTOSO_TOOLBOX",
        Channel::Trial,
        Seats::Exactly(25),
        Bought::Lately,
    ),
];

const fn purchase(
    sku_id: Uuid,
    part_number: &'static str,
    channel: Channel,
    seats: Seats,
    bought: Bought,
) -> Purchase {
    Purchase {
        sku_id,
        part_number,
        channel,
        seats,
        bought,
    }
}

impl Purchase {
    /// The purchase for a number of users.
    pub fn order(&self, users: u32, id: Uuid) -> NewSubscription {
        let quantity = match self.seats {
            Seats::Exactly(seats) => seats,
            Seats::Percent(percent) => {
                u32::try_from(u64::from(users) * u64::from(percent) / 100).unwrap_or(u32::MAX)
            }
        };
        NewSubscription {
            id: Some(id),
            product: ProductDefinition {
                sku_id: self.sku_id,
                part_number: self.part_number.to_owned(),
                name: "Contoso Toolbox".to_owned(),
                per_device: false,
                plans: vec![PlanDefinition {
                    id: TOOLBOX_PLAN,
                    name: "CONTOSO_TOOLBOX_BASE".to_owned(),
                }],
            },
            channel: self.channel,
            quantity: quantity.max(1),
            term: Term { months: 12 },
            renews: self.bought == Bought::Lately,
            owner_id: None,
        }
    }
}
