//! People of the demonstration: fictional, with English and Dutch names.

use zetel_domain::{
    location::Location,
    user::{NewUser, UserProperty},
};

use super::draw::Draw;

/// Names, places and languages that go together.
struct Origin {
    given_names: &'static [&'static str],
    surnames: &'static [&'static str],
    cities: &'static [(&'static str, &'static str, &'static str)],
    language: &'static str,
}

const ENGLISH: Origin = Origin {
    given_names: &[
        "Alice",
        "Amelia",
        "Arthur",
        "Beatrice",
        "Charles",
        "Charlotte",
        "Daniel",
        "Eleanor",
        "Emily",
        "Florence",
        "George",
        "Grace",
        "Harry",
        "Henry",
        "Isabel",
        "Jack",
        "James",
        "Jessica",
        "Leo",
        "Lucy",
        "Matilda",
        "Noah",
        "Oliver",
        "Poppy",
        "Rosie",
        "Samuel",
        "Sophie",
        "Theodore",
        "Thomas",
        "William",
    ],
    surnames: &[
        "Atkins", "Barker", "Bennett", "Brooks", "Carter", "Clarke", "Cooper", "Davies", "Edwards",
        "Fletcher", "Foster", "Gibson", "Harper", "Hughes", "Jenkins", "Knight", "Lawson", "Marsh",
        "Mason", "Newman", "O'Brien", "Palmer", "Reynolds", "Shaw", "Taylor", "Turner", "Walsh",
        "Watson", "Webb", "Wright",
    ],
    cities: &[
        ("London", "United Kingdom", "GB"),
        ("Leeds", "United Kingdom", "GB"),
        ("Bristol", "United Kingdom", "GB"),
        ("Dublin", "Ireland", "IE"),
        ("Boston", "United States", "US"),
        ("Seattle", "United States", "US"),
    ],
    language: "en-US",
};

const DUTCH: Origin = Origin {
    given_names: &[
        "Anouk",
        "Bart",
        "Bram",
        "Daan",
        "Eline",
        "Emma",
        "Femke",
        "Fleur",
        "Guus",
        "Hanneke",
        "Ingrid",
        "Jasper",
        "Jeroen",
        "Joost",
        "Karin",
        "Lars",
        "Lieke",
        "Lotte",
        "Maaike",
        "Maarten",
        "Mieke",
        "Niels",
        "Noortje",
        "Pieter",
        "Roos",
        "Sanne",
        "Sjoerd",
        "Teun",
        "Tijn",
        "Willemijn",
    ],
    surnames: &[
        "Bakker",
        "van den Berg",
        "Boersma",
        "Bos",
        "Brouwer",
        "Dekker",
        "van Dijk",
        "Dijkstra",
        "Groeneveld",
        "de Groot",
        "de Haan",
        "Hendriks",
        "Hoekstra",
        "Huisman",
        "Jansen",
        "de Jong",
        "Kok",
        "Koster",
        "van Leeuwen",
        "Meijer",
        "Mulder",
        "Peeters",
        "Postma",
        "Prins",
        "de Ruiter",
        "Schouten",
        "Smit",
        "Veenstra",
        "de Vries",
        "Willems",
    ],
    cities: &[
        ("Amsterdam", "Netherlands", "NL"),
        ("Utrecht", "Netherlands", "NL"),
        ("Delft", "Netherlands", "NL"),
        ("Groningen", "Netherlands", "NL"),
        ("Gent", "Belgium", "BE"),
    ],
    language: "nl-NL",
};

const DEPARTMENTS: &[(&str, &[&str])] = &[
    ("Sales", &["Account Manager", "Sales Representative"]),
    ("Engineering", &["Engineer", "Test Engineer", "Team Lead"]),
    ("Finance", &["Controller", "Accountant"]),
    ("Human Resources", &["HR Adviser", "Recruiter"]),
    ("Operations", &["Planner", "Shift Leader", "Operator"]),
    ("Service Desk", &["Support Engineer"]),
];

/// The `number`th person, whose name is made unique by the number where two are alike.
pub fn person(draw: &mut Draw, number: u32, domain: &str) -> NewUser {
    let origin = if draw.chance(50) { &ENGLISH } else { &DUTCH };
    let given_name = *draw.pick(origin.given_names);
    let surname = *draw.pick(origin.surnames);
    let (city, country, code) = *draw.pick(origin.cities);
    let (department, titles) = *draw.pick(DEPARTMENTS);
    let title = *draw.pick(titles);
    let plain: String = surname.chars().filter(char::is_ascii_alphabetic).collect();
    let alias = format!("{given_name}.{plain}{number}").to_ascii_lowercase();
    let mut user = named(
        &alias,
        &format!("{given_name} {surname}"),
        domain,
        Some(code),
    );
    user.id = Some(draw.id());
    user.account_enabled = !draw.chance(3);
    user.properties.extend([
        (UserProperty::GivenName, given_name.into()),
        (UserProperty::Surname, surname.into()),
        (UserProperty::JobTitle, title.into()),
        (UserProperty::Department, department.into()),
        (UserProperty::City, city.into()),
        (UserProperty::Country, country.into()),
        (UserProperty::PreferredLanguage, origin.language.into()),
        (
            UserProperty::Mail,
            format!("{alias}@{domain}").as_str().into(),
        ),
    ]);
    user
}

/// A user with a name, and a usage location or none.
pub fn named(alias: &str, display_name: &str, domain: &str, location: Option<&str>) -> NewUser {
    NewUser {
        account_enabled: true,
        usage_location: location.and_then(Location::parse),
        properties: [
            (UserProperty::DisplayName, display_name.into()),
            (UserProperty::MailNickname, alias.into()),
            (
                UserProperty::UserPrincipalName,
                format!("{alias}@{domain}").as_str().into(),
            ),
        ]
        .into(),
        ..NewUser::default()
    }
}
