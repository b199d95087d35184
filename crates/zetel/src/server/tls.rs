//! Certificates: one's own, or of an authority that is made at the first start.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    net::IpAddr,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::{ServerConfig, crypto::aws_lc_rs};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

use super::config::Settings;
use crate::{error::CliError, exit::Exit};

const AUTHORITY_YEARS: i64 = 10;
/// Clients refuse server certificates of more than 825 days; a new one is made at every start.
const SERVER_DAYS: i64 = 800;

/// What the server shows to its clients.
pub struct Certificates {
    /// The certificate of the authority that clients must trust, unless the certificate is one's own.
    pub authority: Option<PathBuf>,
    /// TLS, unless the server speaks HTTP.
    pub config: Option<Arc<ServerConfig>>,
}

impl Certificates {
    /// Reads one's own certificate, or makes one with the authority in the keys folder, which is made if need be.
    pub fn load(settings: &Settings, now: i64) -> Result<Self, CliError> {
        if settings.plain_http {
            return Ok(Self {
                authority: None,
                config: None,
            });
        }
        if let Some((certificate, key)) = &settings.own_certificate {
            let chain = read_chain(
                &fs::read(certificate).map_err(|error| unreadable(certificate, &error))?,
            )
            .map_err(|reason| unreadable(certificate, &reason))?;
            let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, &error))?;
            return Ok(Self {
                authority: None,
                config: Some(server_config(chain, key)?),
            });
        }
        let (path, issuer) = authority(&settings.keys, now)?;
        let (chain, key) = server_certificate(&issuer, settings, now)?;
        Ok(Self {
            authority: Some(path),
            config: Some(server_config(chain, key)?),
        })
    }
}

fn unreadable(path: &Path, reason: &dyn std::fmt::Display) -> CliError {
    CliError::usage(format!("Could not read `{}`: {reason}", path.display()))
}

impl From<rcgen::Error> for CliError {
    fn from(error: rcgen::Error) -> Self {
        Self::new(
            Exit::Failed,
            format!("Could not make a certificate: {error}"),
        )
    }
}

fn read_chain(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match chain {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        Ok(_) => Err("there is no certificate in it".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn server_config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, CliError> {
    let refused = |error: rustls::Error| {
        CliError::usage(format!("Certificate and key do not serve: {error}"))
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(refused)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(refused)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// The authority in a folder, made if there is none: the path of its certificate, and what signs.
fn authority(folder: &Path, now: i64) -> Result<(PathBuf, Issuer<'static, KeyPair>), CliError> {
    let (certificate, key) = (folder.join("ca.pem"), folder.join("ca.key"));
    if !certificate.exists() {
        make_authority(&certificate, &key, now)?;
    }
    let read = |path: &Path| fs::read_to_string(path).map_err(|error| unreadable(path, &error));
    let signing_key = KeyPair::from_pem(&read(&key)?).map_err(|error| unreadable(&key, &error))?;
    let issuer = Issuer::from_ca_cert_pem(&read(&certificate)?, signing_key)
        .map_err(|error| unreadable(&certificate, &error))?;
    // Clients run elsewhere: an absolute path can be pasted.
    let path = certificate.canonicalize().unwrap_or(certificate);
    Ok((path, issuer))
}

fn make_authority(certificate: &Path, key: &Path, now: i64) -> Result<(), CliError> {
    let signing_key = KeyPair::generate()?;
    let mut parameters = parameters(
        Vec::new(),
        "Zetel certificate authority",
        now,
        AUTHORITY_YEARS * 365,
    )?;
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let signed = parameters.self_signed(&signing_key)?;
    write_private(key, &signing_key.serialize_pem())?;
    write_private(certificate, &signed.pem())
}

/// Writes a file that only its owner may read.
pub fn write_private(path: &Path, text: &str) -> Result<(), CliError> {
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error: std::io::Error| {
        CliError::new(
            Exit::Failed,
            format!("Could not write `{}`: {error}", path.display()),
        )
    })
}

fn server_certificate(
    issuer: &Issuer<'static, KeyPair>,
    settings: &Settings,
    now: i64,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), rcgen::Error> {
    let mut names = vec![
        "localhost".to_owned(),
        "127.0.0.1".to_owned(),
        "::1".to_owned(),
    ];
    names.extend(settings.host_names.iter().cloned());
    if !settings.listen.ip().is_unspecified() {
        names.push(settings.listen.ip().to_string());
    }
    names.extend(
        fs::read_to_string("/etc/hostname")
            .ok()
            .map(|name| name.trim().to_ascii_lowercase()),
    );
    if let Some(host) = settings
        .public_url
        .as_deref()
        .and_then(|url| url::Url::parse(url).ok())
    {
        names.extend(
            host.host_str()
                .map(|host| host.trim_matches(['[', ']']).to_owned()),
        );
    }
    names.retain(|name| {
        name.parse::<IpAddr>().is_ok() || name.bytes().all(is_name_byte) && !name.is_empty()
    });
    names.sort();
    names.dedup();
    let key = KeyPair::generate()?;
    let mut parameters = CertificateParams::new(names)?;
    date(&mut parameters, now, SERVER_DAYS);
    parameters
        .distinguished_name
        .push(DnType::CommonName, "Zetel");
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.use_authority_key_identifier_extension = true;
    let certificate = parameters.signed_by(&key, issuer)?;
    let private = PrivateKeyDer::try_from(key.serialize_der())
        .map_err(|_| rcgen::Error::CouldNotParseKeyPair)?;
    Ok((vec![certificate.der().clone()], private))
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.'
}

/// Parameters of a certificate with a name, valid from yesterday on.
pub fn parameters(
    names: Vec<String>,
    common_name: &str,
    now: i64,
    days: i64,
) -> Result<CertificateParams, CliError> {
    let mut parameters = CertificateParams::new(names)?;
    date(&mut parameters, now, days);
    parameters
        .distinguished_name
        .push(DnType::CommonName, common_name);
    Ok(parameters)
}

/// Yesterday, since clocks differ, to so many days from now.
fn date(parameters: &mut CertificateParams, now: i64, days: i64) {
    let today = Timestamp::from_second(now)
        .unwrap_or_default()
        .to_zoned(TimeZone::UTC)
        .date();
    let day = |days: i64| today.checked_add(days.days()).unwrap_or(today);
    let convert = |date: Date| {
        let part = |value: i8| u8::try_from(value).unwrap_or(1);
        date_time_ymd(date.year().into(), part(date.month()), part(date.day()))
    };
    parameters.not_before = convert(day(-1));
    parameters.not_after = convert(day(days));
}
