use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, PKCS_RSA_SHA256};
use serde_json::{Value, json};
use zetel_identity::{Certificate, TokenSettings};

use crate::harness::{CONTOSO, GRAPH, Harness, SYNC_TOOL, on_both_engines};

on_both_engines!(
    both_forms_of_assertion_are_accepted,
    the_same_assertion_may_come_again_but_not_its_jti_in_another
);

/// A certificate with its key.
pub struct Signer {
    key: KeyPair,
    der: Vec<u8>,
    certificate: Certificate,
}

impl Signer {
    fn new() -> Self {
        let pair = rcgen::KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
        let mut parameters = CertificateParams::new(vec!["sync-tool".to_owned()]).unwrap();
        parameters.not_before = rcgen::date_time_ymd(2026, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(2028, 1, 1);
        let der = parameters.self_signed(&pair).unwrap().der().to_vec();
        let certificate = Certificate::parse(&der).unwrap();
        Self {
            key: KeyPair::from_pkcs8(&pair.serialize_der()).unwrap(),
            der,
            certificate,
        }
    }

    pub fn registered(harness: &Harness) -> Self {
        let signer = Self::new();
        harness
            .service
            .add_certificate(CONTOSO, SYNC_TOOL, "test", &signer.der)
            .unwrap();
        signer
    }

    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let encoding: &'static dyn RsaEncoding = if header["alg"] == "PS256" {
            &RSA_PSS_SHA256
        } else {
            &RSA_PKCS1_SHA256
        };
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", encode(header), encode(claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(
                encoding,
                &SystemRandom::new(),
                input.as_bytes(),
                &mut signature,
            )
            .unwrap();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    pub fn rs256(&self) -> Value {
        json!({ "alg": "RS256", "typ": "JWT", "x5t": URL_SAFE.encode(self.certificate.sha1) })
    }
}

/// Claims as MSAL for Python writes them: float times, no `nbf`.
pub fn assertion_claims(harness: &Harness, jti: &str) -> Value {
    let client = SYNC_TOOL.to_string();
    let now = harness.now();
    #[expect(clippy::cast_precision_loss, reason = "times are far below 2^52")]
    let time = now as f64;
    json!({
        "aud": format!("https://localhost:8443/{CONTOSO}/oauth2/v2.0/token"),
        "iss": client, "sub": client, "jti": jti, "iat": time + 0.92, "exp": time + 600.92,
    })
}

fn post(harness: &Harness, assertion: &str) -> Result<(), u32> {
    let client = SYNC_TOOL.to_string();
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", client.as_str()),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", assertion),
        ("scope", GRAPH),
    ];
    let answer = harness
        .post("contoso.example", &fields)
        .map_err(|error| error.code())?;
    assert_eq!(crate::harness::claims(&answer.access_token)["azpacr"], "2");
    Ok(())
}

fn both_forms_of_assertion_are_accepted(harness: &Harness) {
    let signer = Signer::registered(harness);
    let (sha1, sha256) = (signer.certificate.sha1, signer.certificate.sha256);
    for (number, header) in [
        signer.rs256(),
        json!({ "alg": "RS256", "x5t": URL_SAFE_NO_PAD.encode(sha1) }),
        json!({ "alg": "PS256", "x5t#S256": URL_SAFE_NO_PAD.encode(sha256) }),
        json!({ "alg": "PS256", "x5t#S256": URL_SAFE.encode(sha256), "x5c": [STANDARD.encode(&signer.der)] }),
        json!({ "alg": "PS256", "x5c": [STANDARD.encode(&signer.der)] }),
    ]
    .iter()
    .enumerate()
    {
        let claims = assertion_claims(harness, &number.to_string());
        assert_eq!(post(harness, &signer.sign(header, &claims)), Ok(()), "{header}");
    }
    for (number, audience) in [
        "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token".to_owned(),
        format!("https://other-name:8443/{CONTOSO}/v2.0"),
    ]
    .iter()
    .enumerate()
    {
        let mut claims = assertion_claims(harness, &format!("audience {number}"));
        claims["aud"] = json!([audience]);
        assert_eq!(
            post(harness, &signer.sign(&signer.rs256(), &claims)),
            Ok(()),
            "{audience}"
        );
    }
}

fn the_same_assertion_may_come_again_but_not_its_jti_in_another(harness: &Harness) {
    let signer = Signer::registered(harness);
    let mut claims = assertion_claims(harness, "once");
    let assertion = signer.sign(&signer.rs256(), &claims);
    assert_eq!(post(harness, &assertion), Ok(()));
    assert_eq!(post(harness, &assertion), Ok(()));
    claims["note"] = json!("another");
    assert_eq!(
        post(harness, &signer.sign(&signer.rs256(), &claims)),
        Err(50013)
    );
    harness.advance(601);
    assert_eq!(post(harness, &assertion), Err(700_024));
    harness.service.purge_expired().unwrap();
    let fresh = assertion_claims(harness, "once");
    assert_eq!(post(harness, &signer.sign(&signer.rs256(), &fresh)), Ok(()));
}

#[test]
fn where_it_is_wanted_an_assertion_works_once() {
    let harness = Harness::with_settings(TokenSettings {
        single_use_assertions: true,
        ..TokenSettings::default()
    });
    let signer = Signer::registered(&harness);
    let assertion = signer.sign(&signer.rs256(), &assertion_claims(&harness, "once"));
    assert_eq!(post(&harness, &assertion), Ok(()));
    assert_eq!(post(&harness, &assertion), Err(50013));
}

#[test]
fn each_forgery_has_its_number() {
    let harness = Harness::sqlite();
    let (signer, stranger) = (Signer::registered(&harness), Signer::new());
    let good = assertion_claims(&harness, "x");
    let changed = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        signer.sign(&signer.rs256(), &claims)
    };
    let now = harness.now();
    let tampered = {
        let real = signer.sign(&signer.rs256(), &good);
        let parts: Vec<&str> = real.split('.').collect();
        let other = URL_SAFE_NO_PAD.encode(assertion_claims(&harness, "y").to_string());
        format!("{}.{other}.{}", parts[0], parts[2])
    };
    let mut none = signer.rs256();
    none["alg"] = json!("none");
    for (assertion, code) in [
        ("nonsense".to_owned(), 50027),
        (signer.sign(&json!({ "alg": "RS256" }), &good), 50027),
        (signer.sign(&none, &good), 50027),
        (
            signer.sign(&json!({ "alg": "RS256", "x5t": "!!" }), &good),
            50027,
        ),
        (signer.sign(&signer.rs256(), &json!({})), 50027),
        (stranger.sign(&stranger.rs256(), &good), 700_027),
        (stranger.sign(&signer.rs256(), &good), 700_027),
        (tampered, 700_027),
        (changed("iss", json!(CONTOSO.to_string())), 700_021),
        (changed("sub", json!("someone")), 700_021),
        (
            changed(
                "aud",
                json!("https://localhost:8443/fabrikam.example/oauth2/v2.0/token"),
            ),
            700_023,
        ),
        (changed("aud", json!("https://localhost:8443/")), 700_023),
        (changed("exp", json!(now)), 700_024),
        (changed("exp", json!(now + 2 * 86_400)), 700_024),
        (changed("nbf", json!(now + 301)), 700_024),
    ] {
        // Failures are counted; each of these shall be judged.
        harness.advance(0);
        let fresh = harness.second_node();
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", &*SYNC_TOOL.to_string()),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", assertion.as_str()),
            ("scope", GRAPH),
        ]
        .map(|(name, value)| (name, value.to_owned()));
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let request = zetel_identity::TokenRequest {
            authority: "contoso.example",
            origin: &harness.origin,
            form: &crate::harness::form(&fields),
            basic: None,
        };
        assert_eq!(fresh.token(&request).unwrap_err().code(), code);
    }
}

#[test]
fn an_expired_certificate_signs_nothing() {
    let harness = Harness::sqlite();
    let signer = Signer::registered(&harness);
    harness.advance(86_400 * 365);
    let claims = assertion_claims(&harness, "x");
    assert_eq!(
        post(&harness, &signer.sign(&signer.rs256(), &claims)),
        Err(700_027)
    );
}
