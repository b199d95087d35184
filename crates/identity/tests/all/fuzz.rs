//! Whatever a stranger sends, the service answers and never panics, and nothing but a real token opens it.

use std::cell::Cell;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};
use zetel_identity::{
    AccessTokenError, BasicCredentials, Parameters, RateLimit, TokenError, TokenRequest,
    TokenResponse, TokenSettings,
};

use crate::assertions::{Signer, assertion_claims};
use crate::harness::{
    ALL, CONTOSO, GRAPH, Harness, PASSWORD, PUBLIC_TOOL, SYNC_TOOL, UPN, azure_cli, form,
    password_form, secret_form,
};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Failures are counted and answered shortly; here each shall be judged.
fn patient() -> Harness {
    Harness::with_settings(TokenSettings {
        rate_limit: RateLimit {
            failures: usize::MAX,
            window_seconds: 60,
        },
        ..TokenSettings::default()
    })
}

fn check<S: Strategy>(
    cases: u32,
    strategy: &S,
    test: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    if let Err(failure) = TestRunner::new(config).run(strategy, test) {
        panic!("{failure}");
    }
}

/// What a forger does to a token.
#[derive(Clone, Debug)]
enum Mutation {
    Flip(Index, u8),
    Cut(Index, Index),
    Insert(Index, String),
    /// The segments at these places, in this order.
    Segments(Vec<Index>),
    /// Another value in header (0) or claims (1).
    Set(usize, &'static str, Value),
    Append(char, usize),
}

impl Mutation {
    fn apply(&self, token: &str) -> String {
        let mut bytes = token.as_bytes().to_vec();
        if let Self::Append(character, times) = self {
            return format!("{token}{}", character.to_string().repeat(*times));
        }
        if bytes.is_empty() {
            return String::new();
        }
        match self {
            Self::Flip(place, bit) => bytes[place.index(token.len())] ^= 1 << bit,
            Self::Cut(one, other) => {
                let ends = [one.index(token.len()), other.index(token.len())];
                bytes.drain(ends[0].min(ends[1])..ends[0].max(ends[1]));
            }
            Self::Insert(place, text) => {
                let place = place.index(token.len());
                bytes.splice(place..place, text.bytes());
            }
            Self::Segments(places) => {
                let segments: Vec<&str> = token.split('.').collect();
                let chosen = places.iter().map(|place| *place.get(&segments));
                return chosen.collect::<Vec<_>>().join(".");
            }
            Self::Set(segment, name, value) => return set(token, *segment, name, value),
            Self::Append(..) => {}
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// The token with one value of a segment changed; a segment that is no JSON object stays.
fn set(token: &str, segment: usize, name: &str, value: &Value) -> String {
    let mut segments: Vec<String> = token.split('.').map(str::to_owned).collect();
    let Some(text) = segments.get_mut(segment) else {
        return token.to_owned();
    };
    let read = URL_SAFE_NO_PAD
        .decode(text.as_bytes())
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    if let Some(Value::Object(mut object)) = read {
        object.insert(name.to_owned(), value.clone());
        *text = URL_SAFE_NO_PAD.encode(Value::Object(object).to_string());
    }
    segments.join(".")
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            (".{0,4}", inner).prop_map(|(name, value)| json!({ name: value })),
        ]
    })
}

fn header_change() -> impl Strategy<Value = (&'static str, Value)> {
    let algorithm = select(vec![
        "none", "HS256", "RS384", "PS256", "ES256", "rs256", "",
    ]);
    let name = select(vec!["alg", "typ", "kid", "x5t", "x5t#S256", "x5c", "crit"]);
    prop_oneof![
        algorithm.prop_map(|algorithm| ("alg", json!(algorithm))),
        (name, json_value()),
    ]
}

fn claims_change() -> impl Strategy<Value = (&'static str, Value)> {
    let names = vec![
        "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "tid", "oid", "appid", "idtyp", "roles",
        "scp", "wids", "upn", "uti",
    ];
    (select(names), json_value())
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let index = any::<Index>;
    prop_oneof![
        4 => (index(), 0_u8..8).prop_map(|(place, bit)| Mutation::Flip(place, bit)),
        2 => (index(), index()).prop_map(|(one, other)| Mutation::Cut(one, other)),
        2 => (index(), ".{1,8}").prop_map(|(place, text)| Mutation::Insert(place, text)),
        2 => vec(index(), 0..6).prop_map(Mutation::Segments),
        3 => header_change().prop_map(|(name, value)| Mutation::Set(0, name, value)),
        3 => claims_change().prop_map(|(name, value)| Mutation::Set(1, name, value)),
        1 => (select(vec!['A', '=', '.', 'é', '\0']), 1_usize..50_000)
            .prop_map(|(character, times)| Mutation::Append(character, times)),
    ]
}

/// Text that has little or nothing to do with a token.
fn garbage() -> impl Strategy<Value = String> {
    prop_oneof![
        vec(any::<u8>(), 0..300).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        "[A-Za-z0-9_-]{0,60}(\\.[A-Za-z0-9_-]{0,60}){0,4}",
        (json_value(), json_value(), vec(any::<u8>(), 0..260)).prop_map(
            |(header, claims, signature)| {
                let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
                let [header, claims] = [header, claims].map(|value| value.to_string());
                let (header, claims) = (encode(header.as_bytes()), encode(claims.as_bytes()));
                format!("{header}.{claims}.{}", encode(&signature))
            }
        ),
    ]
}

/// A real token, changed somehow or not at all, or none.
fn forged(real: String) -> impl Strategy<Value = String> {
    prop_oneof![
        1 => garbage(),
        4 => vec(mutation(), 0..4).prop_map(move |mutations| {
            mutations.iter().fold(real.clone(), |token, mutation| mutation.apply(&token))
        }),
    ]
}

#[test]
fn only_the_token_itself_is_accepted() {
    let harness = Harness::sqlite();
    let (client, secret) = (SYNC_TOOL.to_string(), harness.add_secret());
    let [cached, fresh] = [(); 2].map(|()| {
        let form = secret_form(&client, &secret, GRAPH);
        harness.post("contoso.example", &form).unwrap().access_token
    });
    let (service, now) = (&harness.service, harness.now());
    service.verify(&cached, now).unwrap();
    for real in [cached, fresh] {
        check(500, &forged(real.clone()), |token| {
            let is_real = token == real;
            prop_assert_eq!(service.verify(&token, now).is_ok(), is_real);
            prop_assert_eq!(service.verified(&token, now).is_some(), is_real);
            Ok(())
        });
    }
}

/// A refusal of the client, or tokens that this service accepts; never a failure of the service. Says which.
fn is_granted(
    harness: &Harness,
    answer: &Result<TokenResponse, TokenError>,
) -> Result<bool, TestCaseError> {
    match answer {
        Ok(response) => {
            let token = harness
                .service
                .verify(&response.access_token, harness.now());
            // Tokens for Azure Resource Manager are made and accepted nowhere.
            let is_valid = matches!(token, Ok(_) | Err(AccessTokenError::Audience));
            prop_assert!(is_valid, "{token:?}");
            prop_assert_eq!((response.token_type, response.expires_in), ("Bearer", 3599));
            Ok(true)
        }
        Err(error) => {
            prop_assert!(!matches!(error, TokenError::Service(_)), "{error:?}");
            prop_assert!(matches!(error.status(), 400 | 401), "{error:?}");
            Ok(false)
        }
    }
}

const NAMES: &[&str] = &[
    "grant_type",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "scope",
    "resource",
    "username",
    "password",
    "refresh_token",
    "code",
    "code_verifier",
    "redirect_uri",
    "device_code",
    "client_info",
];

const VALUES: &[&str] = &[
    "client_credentials",
    "password",
    "refresh_token",
    "authorization_code",
    "device_code",
    "https://management.azure.com/.default offline_access",
    "https://management.core.windows.net/",
    "https://localhost:8443//User.Read openid",
    "openid",
    "https://app.example/back",
    ASSERTION_TYPE,
    GRAPH,
    ALL,
    UPN,
    "nobody@fabrikam.example",
];

type Fields = Vec<(String, String)>;

fn owned(fields: &[(&str, &str)]) -> Fields {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    fields.iter().map(pair).collect()
}

fn value() -> impl Strategy<Value = String> {
    let clients = vec![
        SYNC_TOOL.to_string(),
        PUBLIC_TOOL.to_string(),
        CONTOSO.to_string(),
        azure_cli(),
    ];
    // As long as a refresh token, a device code or an authorization code of the tenant.
    let reference = vec(any::<u8>(), 32).prop_map(|random| {
        URL_SAFE_NO_PAD.encode([CONTOSO.as_bytes().as_slice(), &random].concat())
    });
    prop_oneof![
        3 => select(VALUES).prop_map(str::to_owned),
        2 => select(clients),
        2 => ".{0,40}",
        1 => reference,
        1 => garbage(),
    ]
}

/// The body of a request: one that a real client sends with some fields changed, added or left out, or random bytes.
fn body(real: Vec<Fields>) -> impl Strategy<Value = Vec<u8>> {
    let change = (
        select(NAMES).prop_map(str::to_owned),
        option::weighted(0.8, value()),
    );
    let changed = (select(real), vec(change, 0..4)).prop_map(|(mut fields, changes)| {
        for (name, value) in changes {
            fields.retain(|(other, _)| *other != name);
            fields.extend(value.map(|value| (name, value)));
        }
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(fields);
        text.finish().into_bytes()
    });
    prop_oneof![
        1 => vec(any::<u8>(), 0..300),
        6 => changed,
    ]
}

fn authority() -> impl Strategy<Value = String> {
    let known = ["contoso.example", "fabrikam.example", "common", "adfs", ""].map(str::to_owned);
    let mut known = known.to_vec();
    known.push(CONTOSO.to_string());
    prop_oneof![
        4 => Just("contoso.example".to_owned()),
        2 => select(known),
        1 => ".{0,20}",
    ]
}

fn authorization_header() -> impl Strategy<Value = Option<String>> {
    let header = prop_oneof![
        ".{0,40}",
        value()
            .prop_map(|text| format!("Basic {}", STANDARD.encode(format!("{SYNC_TOOL}:{text}")))),
        vec(any::<u8>(), 0..40).prop_map(|bytes| format!("Basic {}", STANDARD.encode(bytes))),
    ];
    option::weighted(0.2, header)
}

#[test]
fn every_body_is_answered() {
    let harness = patient();
    harness.set_password(PASSWORD, false);
    let (client, secret, cli) = (SYNC_TOOL.to_string(), harness.add_secret(), azure_cli());
    let password = password_form(&cli, UPN, PASSWORD);
    let answer = harness.post("contoso.example", &password).unwrap();
    let refresh = answer.refresh_token.unwrap();
    let redeeming = [
        ("grant_type", "refresh_token"),
        ("client_id", cli.as_str()),
        ("refresh_token", refresh.as_str()),
        ("scope", ALL),
    ];
    let code = [
        ("grant_type", "authorization_code"),
        ("client_id", cli.as_str()),
        ("code", refresh.as_str()),
        ("redirect_uri", "http://localhost"),
    ];
    let device = [
        ("grant_type", "device_code"),
        ("client_id", cli.as_str()),
        ("device_code", refresh.as_str()),
    ];
    let unknown = password_form(&cli, "nobody@fabrikam.example", "");
    let real = vec![
        owned(&secret_form(&client, &secret, GRAPH)),
        owned(&redeeming),
        owned(&code),
        owned(&device),
        owned(&unknown),
    ];
    let granted = Cell::new(0);
    let request = (body(real), authority(), authorization_header());
    check(1_500, &request, |(body, authority, header)| {
        let basic = header.as_deref().and_then(BasicCredentials::parse);
        let answer = Parameters::parse(&body).and_then(|form| {
            harness.service.token(&TokenRequest {
                authority: &authority,
                origin: &harness.origin,
                form: &form,
                basic: basic.as_ref(),
            })
        });
        granted.set(granted.get() + u32::from(is_granted(&harness, &answer)?));
        Ok(())
    });
    assert!(granted.get() > 50, "only {} were granted", granted.get());
}

fn post_assertion(harness: &Harness, assertion: &str) -> Result<TokenResponse, TokenError> {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", assertion),
        ("scope", GRAPH),
    ];
    harness.service.token(&TokenRequest {
        authority: "contoso.example",
        origin: &harness.origin,
        form: &form(&fields),
        basic: None,
    })
}

#[test]
fn only_the_assertion_itself_is_accepted() {
    let harness = patient();
    let signer = Signer::registered(&harness);
    let real = signer.sign(&signer.rs256(), &assertion_claims(&harness, "real"));
    check(1_000, &forged(real.clone()), |assertion| {
        let answer = post_assertion(&harness, &assertion);
        prop_assert_eq!(is_granted(&harness, &answer)?, assertion == real);
        Ok(())
    });
}

/// Its signer is known, but what it says makes no sense.
#[test]
fn every_signed_assertion_is_answered() {
    let harness = patient();
    let signer = Signer::registered(&harness);
    let changes = (vec(header_change(), 0..2), vec(claims_change(), 0..3));
    let granted = Cell::new(0);
    check(300, &changes, |(headers, claims)| {
        let mut header = signer.rs256();
        let mut said = assertion_claims(&harness, &granted.get().to_string());
        for (name, value) in headers {
            header[name] = value;
        }
        for (name, value) in claims {
            said[name] = value;
        }
        let answer = post_assertion(&harness, &signer.sign(&header, &said));
        granted.set(granted.get() + u32::from(is_granted(&harness, &answer)?));
        Ok(())
    });
    assert!(granted.get() > 10, "only {} were granted", granted.get());
}
