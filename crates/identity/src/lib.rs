//! Keys, tokens, passwords, application credentials and OAuth 2.0 flows.
