//! Requests to Microsoft Graph v1.0, and to Zetel's own endpoints beside it.

use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::http::Method;
use url::Url;

use super::connection::extend;
use super::failure::Failure;
use super::token::TokenSource;
use super::transport::{Answer, Content, Transport};
use crate::exit::Exit;

/// A client of one Graph endpoint, for one tenant. Shared by threads.
pub struct Graph {
    transport: Transport,
    base: Url,
    tokens: TokenSource,
    is_zetel: OnceLock<bool>,
}

/// A change to ask the server for, or for its plan.
#[derive(Debug, Clone)]
pub struct Request {
    method: Method,
    path: Vec<String>,
    body: Option<Value>,
}

impl Request {
    /// `POST`.
    pub fn post(path: &[&str], body: Value) -> Self {
        Self::new(Method::POST, path, Some(body))
    }

    /// `PATCH`.
    pub fn patch(path: &[&str], body: Value) -> Self {
        Self::new(Method::PATCH, path, Some(body))
    }

    /// `DELETE`.
    pub fn delete(path: &[&str]) -> Self {
        Self::new(Method::DELETE, path, None)
    }

    fn new(method: Method, path: &[&str], body: Option<Value>) -> Self {
        let path = path.iter().map(|part| (*part).to_owned()).collect();
        Self { method, path, body }
    }
}

impl Graph {
    /// A client of the endpoint at `base`, an address without `/v1.0`.
    pub fn new(transport: Transport, base: Url, tokens: TokenSource) -> Self {
        Self {
            transport,
            base,
            tokens,
            is_zetel: OnceLock::new(),
        }
    }

    /// The address that requests go to, without `/v1.0`.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// An access token.
    pub fn token(&self) -> Result<String, Failure> {
        self.tokens.current()
    }

    /// `GET`, with the query as it stands in the address.
    pub fn get<T: DeserializeOwned>(&self, path: &[&str], query: &str) -> Result<T, Failure> {
        self.get_with(path, query, &[])
    }

    /// `GET` with further headers.
    pub fn get_with<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &str,
        headers: &[(&str, &str)],
    ) -> Result<T, Failure> {
        let url = self.url(path, query);
        let body = self.call(&Method::GET, &url, None, headers)?;
        read(&url, &body)
    }

    /// Asks for a change; the answer is null where there is none. What the guard stops is confirmed if its token is
    /// among those given.
    pub fn change(&self, request: &Request, confirmed: &[String]) -> Result<Value, Failure> {
        match self.send(request, &[]) {
            Err(Failure {
                guard: Some(guard), ..
            }) if confirmed.contains(&guard.token) => {
                self.send(request, &[("zetel-confirm", &guard.token)])
            }
            answer => answer,
        }
    }

    /// Asks what a change would do. Any other server than Zetel would do it, so none is asked.
    pub fn plan(&self, request: &Request) -> Result<Value, Failure> {
        if !self.is_zetel()? {
            let message = format!("`{}` makes no plans; nothing was sent", self.base);
            return Err(Failure {
                exit: Exit::Usage,
                code: "NoPlans".to_owned(),
                ..Failure::bad_answer(message)
            });
        }
        let plan = self.send(request, &[("prefer", "zetel.plan")])?;
        if plan["semantics"].is_object() {
            Ok(plan)
        } else {
            Err(Failure::bad_answer(format!(
                "`{}` answered without a plan",
                self.url(&parts(request), "")
            )))
        }
    }

    /// Whether the server is Zetel, and not another that speaks Graph.
    pub fn is_zetel(&self) -> Result<bool, Failure> {
        if let Some(known) = self.is_zetel.get() {
            return Ok(*known);
        }
        let is_zetel = match self.get::<Value>(&["zetel", "licensingPolicy"], "") {
            Ok(policy) => policy["semantics"].is_string(),
            Err(failure) if failure.is_final() => return Err(failure),
            // Who may not read the policy is told so by Zetel alone: others know no such path.
            Err(failure) => failure.code == "Authorization_RequestDenied",
        };
        Ok(*self.is_zetel.get_or_init(|| is_zetel))
    }

    /// Asks the enrollment gate, which lies beside Graph.
    pub fn ask_gate(&self, path: &[&str], body: &Value) -> Result<Value, Failure> {
        let mut url = self.base.clone();
        extend(&mut url, &["enrollment", "v1"]);
        extend(&mut url, path);
        let answer = self.call(&Method::POST, &url, Some(body), &[])?;
        read(&url, &answer)
    }

    /// A collection, page by page, along `@odata.nextLink`.
    pub fn pages(&self, path: &[&str], query: &str) -> Pages<'_> {
        Pages {
            graph: self,
            next: Some(self.url(path, query)),
        }
    }

    /// All items of a collection.
    pub fn all(&self, path: &[&str], query: &str) -> Result<Vec<Value>, Failure> {
        let pages = self.pages(path, query).collect::<Result<Vec<_>, _>>()?;
        Ok(pages.into_iter().flatten().collect())
    }

    /// The address of a directory object, as references name it.
    pub fn object_address(&self, id: &str) -> String {
        self.url(&["directoryObjects", id], "").into()
    }

    fn send(&self, request: &Request, headers: &[(&str, &str)]) -> Result<Value, Failure> {
        let url = self.url(&parts(request), "");
        let body = self.call(&request.method, &url, request.body.as_ref(), headers)?;
        if body.is_empty() {
            return Ok(Value::Null);
        }
        read(&url, &body)
    }

    fn url(&self, path: &[&str], query: &str) -> Url {
        let mut url = self.base.clone();
        extend(&mut url, &["v1.0"]);
        extend(&mut url, path);
        url.set_query(Some(query).filter(|query| !query.is_empty()));
        url
    }

    /// One request; with a fresh token, once, when the server does not accept the present one.
    fn call(
        &self,
        method: &Method,
        url: &Url,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Result<Vec<u8>, Failure> {
        let bytes = body.map(|body| body.to_string().into_bytes());
        let content = bytes.as_deref().map_or(Content::None, Content::Json);
        let send = |token: &str| -> Result<Answer, Failure> {
            let bearer = format!("Bearer {token}");
            let headers = [&[("authorization", bearer.as_str())], headers].concat();
            self.transport.send(method, url, &headers, content)
        };
        let token = self.tokens.current()?;
        let mut answer = send(&token)?;
        if answer.status == 401
            && let Some(fresh) = self.tokens.renewed(&token)?
        {
            answer = send(&fresh)?;
        }
        if (200..300).contains(&answer.status) {
            Ok(answer.body)
        } else {
            Err(Failure::from_graph(&answer))
        }
    }

    /// The token goes to the endpoint only, wherever a link may point.
    fn link(&self, text: &str) -> Result<Url, Failure> {
        let url = Url::parse(text)
            .ok()
            .filter(|url| url.origin() == self.base.origin());
        url.ok_or_else(|| {
            Failure::bad_answer(format!(
                "The next page is at `{text}`, which is another server than `{}`",
                self.base
            ))
        })
    }
}

fn parts(request: &Request) -> Vec<&str> {
    request.path.iter().map(String::as_str).collect()
}

fn read<T: DeserializeOwned>(url: &Url, body: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|error| {
        Failure::bad_answer(format!("`{url}` did not answer as Graph does: {error}"))
    })
}

/// A text as it stands in a query.
pub fn encoded(text: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    encoded.replace('+', "%20")
}

/// The pages of a collection.
pub struct Pages<'a> {
    graph: &'a Graph,
    next: Option<Url>,
}

impl Pages<'_> {
    fn fetch(&mut self, url: &Url) -> Result<Vec<Value>, Failure> {
        let body = self.graph.call(&Method::GET, url, None, &[])?;
        let mut page: Value = read(url, &body)?;
        if let Some(link) = page["@odata.nextLink"].as_str() {
            self.next = Some(self.graph.link(link)?);
        }
        match page["value"].take() {
            Value::Array(items) => Ok(items),
            _ => Err(Failure::bad_answer(format!(
                "`{url}` answered without a list"
            ))),
        }
    }
}

impl Iterator for Pages<'_> {
    type Item = Result<Vec<Value>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let url = self.next.take()?;
        Some(self.fetch(&url))
    }
}
