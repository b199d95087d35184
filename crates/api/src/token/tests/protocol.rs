//! Documents, tokens and errors.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use uuid::Uuid;

use super::super::ClientScheme;
use super::{CLIENT, Client, NOW, TENANT};

#[tokio::test]
async fn documents_name_the_host_that_the_client_used() {
    let client = Client::new();
    let document = client
        .get("/contoso.example/v2.0/.well-known/openid-configuration")
        .await
        .json();
    let base = format!("https://localhost:8443/{TENANT}");
    assert_eq!(document["issuer"], format!("{base}/v2.0"));
    assert_eq!(
        document["token_endpoint"],
        format!("{base}/oauth2/v2.0/token")
    );
    assert_eq!(
        document["authorization_endpoint"],
        format!("{base}/oauth2/v2.0/authorize")
    );
    let keys = document["jwks_uri"]
        .as_str()
        .unwrap()
        .strip_prefix("https://localhost:8443")
        .unwrap()
        .to_owned();
    assert_eq!(client.get(&keys).await.json()["keys"][0]["alg"], "RS256");
    let any = client
        .get("/organizations/v2.0/.well-known/openid-configuration")
        .await
        .json();
    assert_eq!(
        any["token_endpoint"],
        "https://localhost:8443/organizations/oauth2/v2.0/token"
    );
    let adfs = client
        .get("/adfs/.well-known/openid-configuration")
        .await
        .json();
    assert_eq!(
        adfs["token_endpoint"],
        "https://localhost:8443/adfs/oauth2/token"
    );
    let mut plain = Request::get("/common/v2.0/.well-known/openid-configuration");
    plain = plain
        .header("host", "127.0.0.1:80")
        .extension(ClientScheme("http"));
    let plain = client.send(plain.body(Body::empty()).unwrap()).await.json();
    assert_eq!(
        plain["jwks_uri"],
        "http://127.0.0.1:80/common/discovery/v2.0/keys"
    );
    let unknown = client
        .get("/unknown.example/v2.0/.well-known/openid-configuration")
        .await;
    assert_eq!(
        (unknown.status, &unknown.json()["error_codes"][0]),
        (StatusCode::BAD_REQUEST, &90002.into())
    );
}

#[tokio::test]
async fn a_forged_host_reaches_no_document() {
    let client = Client::new();
    for host in ["evil\"><script>", "a b", ""] {
        let request =
            Request::get("/common/v2.0/.well-known/openid-configuration").header("host", host);
        assert_eq!(
            client
                .send(request.body(Body::empty()).unwrap())
                .await
                .status,
            StatusCode::BAD_REQUEST
        );
    }
}

#[tokio::test]
async fn instance_discovery_vouches_for_own_hosts_only() {
    let client = Client::new();
    let path = "/common/discovery/instance?api-version=1.1&authorization_endpoint=";
    let own = client
        .get(&format!(
            "{path}https://localhost:8443/contoso.example/oauth2/v2.0/authorize"
        ))
        .await
        .json();
    assert_eq!(own["metadata"][0]["preferred_network"], "localhost:8443");
    assert_eq!(
        own["tenant_discovery_endpoint"],
        "https://localhost:8443/contoso.example/v2.0/.well-known/openid-configuration"
    );
    let evil = client
        .get(&format!(
            "{path}https://evil.example/contoso.example/oauth2/v2.0/authorize"
        ))
        .await;
    assert_eq!(
        (evil.status, &evil.json()["error"]),
        (StatusCode::BAD_REQUEST, &"invalid_instance".into())
    );
}

#[tokio::test]
async fn nobody_is_federated() {
    let client = Client::new();
    let realm = client
        .get("/common/userrealm/adele%40contoso.example?api-version=1.0")
        .await
        .json();
    assert_eq!(
        (&realm["account_type"], &realm["domain_name"]),
        (&"Managed".into(), &"contoso.example".into())
    );
    assert_eq!(
        client.get("/common/userrealm/a@b.example").await.json()["account_type"],
        "Unknown"
    );
}

#[tokio::test]
async fn azure_cli_finds_the_cloud_and_the_tenant_of_its_token() {
    let client = Client::new();
    let cloud = client
        .get("/metadata/endpoints?api-version=2022-09-01")
        .await
        .json();
    assert_eq!(
        cloud["authentication"]["loginEndpoint"],
        "https://localhost:8443"
    );
    assert_eq!(cloud["resourceManager"], "https://localhost:8443/");

    let id = CLIENT.to_string();
    let token = async |scope: &str| {
        let fields = [
            ("grant_type", "client_credentials"),
            ("scope", scope),
            ("client_id", &id),
            ("client_secret", &client.secret),
        ];
        let path = format!("/{TENANT}/oauth2/v2.0/token");
        let answer = client.post(&path, &fields).await.json();
        answer["access_token"].as_str().unwrap().to_owned()
    };
    let ask = async |path: &str, token: Option<&str>| {
        let mut request = Request::get(path).header("host", "localhost:8443");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        client.send(request.body(Body::empty()).unwrap()).await
    };
    let azure = token("https://management.core.windows.net//.default").await;
    let graph = token("https://graph.microsoft.com/.default").await;
    let tenants = ask("/tenants?api-version=2022-12-01", Some(&azure)).await;
    assert_eq!(tenants.json()["value"][0]["tenantId"], TENANT.to_string());
    let subscriptions = ask("/subscriptions?api-version=2022-12-01", Some(&azure)).await;
    assert_eq!(subscriptions.json()["value"], serde_json::json!([]));
    for path in ["/tenants", "/subscriptions"] {
        for token in [None, Some("forged"), Some(graph.as_str())] {
            let answer = ask(path, token).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path} {token:?}");
            assert_eq!(answer.json()["error"]["code"], "AuthenticationFailed");
        }
    }
}

#[tokio::test]
async fn a_secret_gives_a_token_that_no_cache_keeps() {
    let client = Client::new();
    let id = CLIENT.to_string();
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", id.as_str()),
        ("client_secret", client.secret.as_str()),
        ("scope", "https://localhost:8443//.default"),
        ("x-client-current-telemetry", "4|1,0|"),
    ];
    let path = format!("/{TENANT}/oauth2/v2.0/token?client-request-id={CLIENT}");
    let answer = client.post(&path, &fields).await;
    assert_eq!(
        (answer.status, answer.header("cache-control")),
        (StatusCode::OK, "no-store, no-cache")
    );
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    assert!(client.service.verify(&token, NOW).is_ok());
    assert_eq!(answer.json()["expires_in"], 3599);
}

#[tokio::test]
async fn basic_authentication_works() {
    use base64::Engine as _;
    let client = Client::new();
    let basic =
        base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT}:{}", client.secret));
    let fields = [
        ("grant_type", "client_credentials"),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let header = format!("Basic {basic}");
    let headers = [("authorization", header.as_str())];
    let answer = client
        .post_with("/contoso.example/oauth2/v2.0/token", &fields, &headers)
        .await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn errors_have_entras_shape() {
    let client = Client::new();
    let id = CLIENT.to_string();
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", id.as_str()),
        ("client_secret", "Guessed-Secret"),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let headers = [("client-request-id", id.as_str())];
    let answer = client
        .post_with("/contoso.example/oauth2/v2.0/token", &fields, &headers)
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let error = answer.json();
    assert_eq!(
        (&error["error"], &error["error_codes"][0]),
        (&"invalid_client".into(), &7_000_215.into())
    );
    let description = error["error_description"].as_str().unwrap();
    assert!(
        description.starts_with("AADSTS7000215: Invalid client secret provided."),
        "{description}"
    );
    assert!(description.contains("Trace ID: ") && !answer.body.contains("Guessed-Secret"));
    assert_eq!(error["correlation_id"], id);
    assert_eq!(error["timestamp"], "2027-01-15 08:00:00Z");
    assert_eq!(
        error["error_uri"],
        "https://login.microsoftonline.com/error?code=7000215"
    );
    assert!(Uuid::try_parse(error["trace_id"].as_str().unwrap()).is_ok());
    for _ in 0..9 {
        client
            .post("/contoso.example/oauth2/v2.0/token", &fields)
            .await;
    }
    let slowed = client
        .post("/contoso.example/oauth2/v2.0/token", &fields)
        .await;
    assert_eq!(
        (slowed.status, slowed.header("retry-after")),
        (StatusCode::TOO_MANY_REQUESTS, "60")
    );
}

#[tokio::test]
async fn large_and_broken_bodies_are_refused() {
    let client = Client::new();
    let large = "x".repeat(65 * 1024);
    let answer = client
        .post("/common/oauth2/v2.0/token", &[("grant_type", &large)])
        .await;
    assert_eq!(answer.json()["error_codes"][0], 9_002_313);
    let answer = client
        .post(
            "/common/oauth2/v2.0/token",
            &[("scope", "a"), ("scope", "b")],
        )
        .await;
    assert_eq!(answer.json()["error_codes"][0], 9_002_313);
    let answer = client.post("/common/oauth2/v2.0/token", &[]).await;
    assert_eq!(answer.json()["error_codes"][0], 900_144);
}
