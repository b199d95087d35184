//! The token service against real databases: every grant, every refusal, on SQLite and PostgreSQL.

mod assertions;
mod authorization_codes;
mod client_credentials;
mod credentials;
mod decisions;
mod device_codes;
mod fuzz;
mod harness;
mod keys;
mod passwords;
mod refresh_tokens;
mod secrets;
mod sql;
mod verification;
