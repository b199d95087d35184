//! `zetel catalog`, with and without a server that runs.

use std::sync::Arc;
use std::time::Instant;

use uuid::Uuid;
use zetel_domain::command::NewSubscription;
use zetel_domain::product::ProductDefinition;
use zetel_domain::subscription::{Channel, Term};
use zetel_domain::{Command, Timestamp};
use zetel_engine::{Engine, Options, Submission};
use zetel_store::Store;

use super::served::{Caller, Served};
use super::support::{Shell, without_ids};

const HEADER: &str = "Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names";
const SHUTTLE: &str = "7a1d9a52-44a0-4a53-8f0e-6a4f7e1b2c22";
const SHUTTLE_PLAN: &str = "3f0c2f0e-6c0b-4f0e-9f55-0d7c1a3c9b11";
const EMS: &str = "efccb6f7-5641-4e0e-bd10-b4976e1bf68e";
const INTUNE_PLAN: &str = "c1ec4a95-1f05-45b3-a911-aa3fa01094f5";
/// The longest that a running server may take to see what another process did; it is not meant to be reached.
const SOON_SECONDS: u64 = 60;

/// A list with a new product, a new plan of a known one, and the defects of Microsoft's editions.
fn list() -> String {
    [
        HEADER.to_owned(),
        format!("Shuttle pass\u{a0},SHUTTLE_PASS,{SHUTTLE},SHUTTLE_BUS ,{SHUTTLE_PLAN},Shuttle bus"),
        format!("Shuttle pass,SHUTTLE_PASS,{SHUTTLE},SHUTTLE_BUS,{SHUTTLE_PLAN},Shuttle bus"),
        format!("Enterprise Mobility + Security E3,EMS,{EMS},INTUNE_A,{INTUNE_PLAN},Microsoft Intune Plan 1"),
        format!("Enterprise Mobility + Security E3,EMS,{EMS},SHUTTLE_BUS,{SHUTTLE_PLAN},Shuttle bus"),
        "No id,NO_ID,not-a-guid,SHUTTLE_BUS,3f0c2f0e-6c0b-4f0e-9f55-0d7c1a3c9b11,Shuttle bus".to_owned(),
        format!("No name,,{SHUTTLE},SHUTTLE_BUS,{SHUTTLE_PLAN},Shuttle bus"),
    ]
    .join("\r\n")
}

/// A tenant, and an application that may read it.
fn fabrikam(shell: &mut Shell) -> Uuid {
    let made = shell.ok("init --name Fabrikam --domain fabrikam.example");
    let tenant = last_word(&made, "tenant").parse().unwrap();
    let made = shell.ok("app create --name Reader --permission Directory.Read.All");
    shell.set("ZETEL_TENANT_ID", "fabrikam.example");
    shell.set("ZETEL_CLIENT_ID", &last_word(&made, "client"));
    shell.set("ZETEL_CLIENT_SECRET", &last_word(&made, "secret"));
    tenant
}

fn last_word(shown: &str, name: &str) -> String {
    let line = shown.lines().find(|line| line.starts_with(name));
    line.unwrap().rsplit(' ').next().unwrap().to_owned()
}

/// Buys a product as another process on the same database does.
fn buy(shell: &Shell, tenant: Uuid, sku_id: &str, part_number: &str) {
    let target = shell
        .path("zetel-data")
        .display()
        .to_string()
        .parse()
        .unwrap();
    let options = Options {
        background: false,
        ..Options::default()
    };
    // In the middle of 2026.
    let clock = Arc::new(|| Timestamp(1_782_000_000));
    let engine = Engine::new(Store::open(&target).unwrap(), clock, options).unwrap();
    let order = NewSubscription {
        id: None,
        product: ProductDefinition {
            sku_id: sku_id.parse().unwrap(),
            part_number: part_number.to_owned(),
            name: part_number.to_owned(),
            per_device: false,
            plans: Vec::new(),
        },
        channel: Channel::EnterpriseAgreement,
        quantity: 10,
        term: Term { months: 1_200 },
        renews: true,
        owner_id: None,
    };
    let submission = Submission::of_system("test", Command::AddSubscription(order));
    engine.submit_blocking(tenant, submission).unwrap();
}

#[test]
fn an_import_tells_what_it_did() {
    let mut shell = Shell::new();
    insta::assert_snapshot!("no_tenant", shell.run("catalog show"));
    fabrikam(&mut shell);
    shell.write("list.csv", list());
    shell.write("other.csv", "a,b\n1,2\n");
    let before = shell.ok("catalog show");
    insta::assert_snapshot!(
        "plan",
        without_ids(&shell.run("catalog import list.csv --plan"))
    );
    assert_eq!(shell.ok("catalog show"), before, "a plan changes nothing");
    insta::assert_snapshot!("import", without_ids(&shell.run("catalog import list.csv")));
    let after = shell.ok("catalog show");
    let added: Vec<&str> = after
        .lines()
        .filter(|line| !before.contains(line))
        .collect();
    insta::assert_snapshot!("show_added", added.join("\n"));
    insta::assert_snapshot!(
        "import_again",
        without_ids(&shell.run("catalog import list.csv"))
    );
    assert_eq!(shell.ok("catalog show"), after);
    insta::assert_snapshot!("another_file", shell.run("catalog import other.csv"));
    insta::assert_snapshot!("no_file", shell.run("catalog import nowhere.csv"));
    shell.write("own.toml", "[plan]\nbroken\n");
    insta::assert_snapshot!("broken_toml", shell.run("catalog import own.toml"));
}

#[test]
fn a_running_server_follows_an_import() {
    let mut shell = Shell::new();
    let served = Served::serve(&mut shell, "--plain-http");
    let tenant = fabrikam(&mut shell);
    buy(&shell, tenant, EMS, "EMS");
    buy(&shell, tenant, SHUTTLE, "SHUTTLE");
    shell.write("list.csv", list());
    let token = shell.ok("token");
    let caller = Caller::new(&served.url, None);
    let plans = |part_number: &str| -> Option<Vec<String>> {
        let products = caller.all("/subscribedSkus", token.trim());
        let product = products
            .iter()
            .find(|product| product["skuPartNumber"] == part_number)?;
        let plans = product["servicePlans"].as_array()?.iter();
        plans
            .map(|plan| plan["servicePlanName"].as_str().map(str::to_owned))
            .collect()
    };
    wait_until(|| plans("SHUTTLE").is_some());
    assert_eq!(
        plans("SHUTTLE"),
        Some(Vec::new()),
        "nobody knows its plans yet"
    );
    let before = plans("EMS").unwrap();
    assert!(!before.contains(&"SHUTTLE_BUS".to_owned()));

    shell.ok("catalog import list.csv");
    wait_until(|| plans("EMS").is_some_and(|plans| plans.contains(&"SHUTTLE_BUS".to_owned())));
    let listed = shell.ok("licenses list");
    insta::assert_snapshot!("list_after_import", listed);
}

fn wait_until(condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(
            begun.elapsed().as_secs() < SOON_SECONDS,
            "it did not happen"
        );
        std::thread::yield_now();
    }
}
