//! Certificates that an application rolls itself, with a proof that it has the key of one.

use aws_lc_rs::{rand::SystemRandom, rsa::KeyPair, signature::RSA_PKCS1_SHA256};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use rcgen::{CertificateParams, PKCS_RSA_SHA256, date_time_ymd};
use serde_json::{Value, json};
use zetel_identity::Certificate;

use crate::{
    applications::{id_of, register, wake, with_names},
    world::{Answer, NOBODY, NOW, World},
};

/// Microsoft Graph, for which proofs are made.
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
/// Azure AD Graph, for which older programs make them.
const AZURE_AD_GRAPH: &str = "00000002-0000-0000-c000-000000000000";

/// A certificate with its key.
struct Signer {
    key: KeyPair,
    der: Vec<u8>,
}

impl Signer {
    /// One that is valid through 2027.
    fn new() -> Self {
        Self::until(2028)
    }

    /// One that is valid until a year begins.
    fn until(year: i32) -> Self {
        let pair = rcgen::KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
        let mut parameters = CertificateParams::new(vec!["sync".to_owned()]).unwrap();
        parameters.not_before = date_time_ymd(2020, 1, 1);
        parameters.not_after = date_time_ymd(year, 1, 1);
        Self {
            der: parameters.self_signed(&pair).unwrap().der().to_vec(),
            key: KeyPair::from_pkcs8(&pair.serialize_der()).unwrap(),
        }
    }

    /// The `keyCredential` of its certificate.
    fn credential(&self) -> Value {
        json!({ "type": "AsymmetricX509Cert", "usage": "Verify", "key": STANDARD.encode(&self.der) })
    }

    /// Signs claims as if with the certificate of another.
    fn sign_as(&self, other: &Self, claims: &Value) -> String {
        let certificate = Certificate::parse(&other.der).unwrap();
        let header = json!({ "alg": "RS256", "typ": "JWT", "x5t": URL_SAFE_NO_PAD.encode(certificate.sha1) });
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&header), encode(claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        let random = SystemRandom::new();
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &random,
                signed.as_bytes(),
                &mut signature,
            )
            .unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The proof of an object.
    fn proof(&self, issuer: &str) -> String {
        self.sign_as(self, &claims(issuer))
    }
}

fn claims(issuer: &str) -> Value {
    json!({ "aud": GRAPH, "iss": issuer, "nbf": NOW, "exp": NOW + 600 })
}

/// An application, and the path of it.
fn application_with(world: &World, signers: &[&Signer]) -> (String, String) {
    let id = id_of(&register(world, "Sync"));
    let path = format!("/applications/{id}");
    let keys: Vec<Value> = signers.iter().map(|signer| signer.credential()).collect();
    let set = world.call(
        "PATCH",
        &path,
        "admin",
        Some(&json!({ "keyCredentials": keys })),
    );
    assert_eq!(set.status, 204, "{}", set.shown());
    (id, path)
}

fn post(world: &World, path: &str, body: &Value) -> Answer {
    world.call("POST", path, "admin", Some(body))
}

fn add(world: &World, path: &str, new: &Value, proof: &str) -> Answer {
    let body = json!({ "keyCredential": new, "passwordCredential": null, "proof": proof });
    post(world, &format!("{path}/addKey"), &body)
}

fn remove(world: &World, path: &str, key_id: &Value, proof: &str) -> Answer {
    let body = json!({ "keyId": key_id, "proof": proof });
    post(world, &format!("{path}/removeKey"), &body)
}

fn key_ids(world: &World, path: &str) -> Vec<Value> {
    let shown = world.call("GET", path, "admin", None).json();
    let keys = shown["keyCredentials"].as_array().unwrap().iter();
    keys.map(|key| key["keyId"].clone()).collect()
}

#[test]
fn an_application_rolls_its_certificate() {
    let world = World::new();
    let (old, new) = (Signer::new(), Signer::new());
    let (id, path) = application_with(&world, &[&old]);
    let first = key_ids(&world, &path);
    let added = add(&world, &path, &new.credential(), &old.proof(&id));
    assert_eq!(added.status, 200, "{}", added.shown());
    let key = added.json();
    let ids = [
        ("{keyId}", &key["keyId"]),
        ("{thumbprint}", &key["customKeyIdentifier"]),
    ];
    insta::assert_snapshot!("key_added", with_names(&added.shown(), &ids));
    assert_eq!(
        key_ids(&world, &path),
        [first[0].clone(), key["keyId"].clone()]
    );

    // The new one proves that the old one may go.
    assert_eq!(
        remove(&world, &path, &first[0], &new.proof(&id)).status,
        204
    );
    assert_eq!(key_ids(&world, &path), [key["keyId"].clone()]);
    let gone = add(&world, &path, &old.credential(), &old.proof(&id));
    assert_eq!(gone.error().0, 401, "{}", gone.shown());
    assert!(gone.error().2.contains("the key was not found"));
}

#[test]
fn by_the_service_principal_and_by_app_id() {
    let world = World::new();
    let (old, new) = (Signer::new(), Signer::new());
    let (id, path) = application_with(&world, &[&old]);
    let application = world.call("GET", &path, "admin", None).json();
    let principal = id_of(&wake(&world, &application));
    let by_app_id = format!(
        "/applications(appId='{}')",
        application["appId"].as_str().unwrap()
    );
    for (path, issuer) in [
        (format!("/servicePrincipals/{principal}"), &principal),
        (by_app_id, &id),
    ] {
        let mut wanted = claims(issuer);
        wanted["aud"] = json!([AZURE_AD_GRAPH]);
        let added = add(
            &world,
            &path,
            &new.credential(),
            &old.sign_as(&old, &wanted),
        );
        assert_eq!(added.status, 200, "{}", added.shown());
        let removed = remove(&world, &path, &added.json()["keyId"], &old.proof(issuer));
        assert_eq!(removed.status, 204, "{}", removed.shown());
    }
    assert_eq!(key_ids(&world, &path).len(), 1);

    let graph = format!("/servicePrincipals(appId='{GRAPH}')");
    let graph = id_of(&world.call("GET", &graph, "admin", None).json());
    let graph = format!("/servicePrincipals/{graph}");
    let foreign = add(&world, &graph, &new.credential(), &old.proof(&id));
    assert_eq!(foreign.error().0, 403, "it is nobody's to change");
}

#[test]
fn proofs_that_do_not_hold() {
    let world = World::new();
    let (own, foreign) = (Signer::new(), Signer::new());
    let (id, path) = application_with(&world, &[&own]);
    let other = id_of(&register(&world, "Other"));
    let with = |name: &str, value: Value| {
        let mut claims = claims(&id);
        claims[name] = value;
        own.sign_as(&own, &claims)
    };
    let mut late = claims(&id);
    late["nbf"] = json!(NOW - 600);
    late["exp"] = json!(NOW);
    let mut early = claims(&id);
    early["nbf"] = json!(NOW + 301);
    let kept = key_ids(&world, &path);
    for (proof, expected) in [
        ("x".to_owned(), "it is no signed token"),
        (with("nbf", Value::Null), "iss, aud, nbf or exp is missing"),
        (
            with("exp", json!("soon")),
            "iss, aud, nbf or exp is missing",
        ),
        (foreign.proof(&id), "the key was not found"),
        (
            foreign.sign_as(&own, &claims(&id)),
            "the signature does not belong to the key",
        ),
        (own.proof(&other), "its iss is not the object id"),
        (with("iss", json!("Sync")), "its iss is not the object id"),
        (with("aud", json!(NOBODY)), "its aud is not"),
        (with("nbf", json!(NOW - 1)), "more than ten minutes"),
        (own.sign_as(&own, &late), "not within its valid time"),
        (own.sign_as(&own, &early), "not within its valid time"),
    ] {
        for answer in [
            add(&world, &path, &foreign.credential(), &proof),
            remove(&world, &path, &kept[0], &proof),
        ] {
            let (status, code, message) = answer.error();
            assert_eq!(
                (status, code.as_str()),
                (401, "Authentication_MissingOrMalformed"),
                "{expected}: {message}"
            );
            assert!(
                message.starts_with("The proof of possession is not accepted: ")
                    && message.contains(expected),
                "{expected}: {message}"
            );
        }
    }
    assert_eq!(key_ids(&world, &path), kept, "a refusal changes nothing");
}

#[test]
fn nothing_is_proven_without_a_valid_certificate() {
    let world = World::new();
    let (expired, valid) = (Signer::until(2026), Signer::new());
    for held in [&[][..], &[&expired][..]] {
        let (id, path) = application_with(&world, held);
        let answer = add(&world, &path, &valid.credential(), &expired.proof(&id));
        let (status, _, message) = answer.error();
        assert_eq!(status, 400);
        assert!(
            message.contains("set 'keyCredentials' with PATCH"),
            "{message}"
        );
    }
    // Beside a valid one, an expired one proves nothing, and cannot be added.
    let (id, path) = application_with(&world, &[&expired, &valid]);
    let answer = add(&world, &path, &valid.credential(), &expired.proof(&id));
    assert_eq!(answer.error().0, 401);
    assert!(answer.error().2.contains("the certificate has expired"));
    let answer = add(&world, &path, &expired.credential(), &valid.proof(&id));
    assert_eq!(answer.error().0, 400);
    assert!(answer.error().2.contains("the certificate has expired"));
}

#[test]
fn keys_that_cannot_be_are_refused() {
    let world = World::new();
    let signer = Signer::new();
    let (id, path) = application_with(&world, &[&signer]);
    let known = key_ids(&world, &path);
    let proof = signer.proof(&id);
    for (name, value, status, expected) in [
        ("key", json!("AAAA"), 400, "Key credential is invalid"),
        ("key", Value::Null, 400, "property 'key'"),
        ("type", json!("Symmetric"), 400, "property 'type'"),
        (
            "type",
            json!("X509CertAndPassword"),
            501,
            "X509CertAndPassword",
        ),
        ("usage", json!("Sign"), 400, "property 'usage'"),
        ("keyId", known[0].clone(), 400, "Two credentials"),
    ] {
        let mut key = signer.credential();
        key[name] = value;
        let (answered, _, message) = add(&world, &path, &key, &proof).error();
        assert_eq!(answered, status, "{name}: {message}");
        assert!(message.contains(expected), "{name}: {message}");
    }
    let whole = json!({
        "keyCredential": signer.credential(), "passwordCredential": null, "proof": proof,
        "keyId": known[0],
    });
    for (action, name, value) in [
        ("addKey", "keyCredential", Value::Null),
        ("addKey", "proof", Value::Null),
        ("addKey", "passwordCredential", json!({ "secretText": "x" })),
        ("removeKey", "keyId", Value::Null),
        ("removeKey", "proof", Value::Null),
    ] {
        let mut body = whole.clone();
        body[name] = value;
        let (status, _, message) = post(&world, &format!("{path}/{action}"), &body).error();
        assert_eq!(status, 400, "{action}: {message}");
        assert!(message.contains(name), "{action}: {message}");
    }
    let unknown = remove(&world, &path, &json!(NOBODY), &proof).error();
    assert_eq!(unknown.0, 400);
    assert_eq!(
        unknown.2,
        format!("No key credential found with keyId '{NOBODY}'.")
    );
    assert_eq!(key_ids(&world, &path), known, "a refusal changes nothing");
}

#[test]
fn no_more_certificates_than_an_application_can_have() {
    let world = World::new();
    let signer = Signer::new();
    let (id, path) = application_with(&world, &[&signer; 99]);
    let one_more = || add(&world, &path, &signer.credential(), &signer.proof(&id));
    assert_eq!(one_more().status, 200);
    let (status, _, message) = one_more().error();
    assert_eq!(status, 400);
    assert!(message.contains("at most 100 credentials"), "{message}");
}
