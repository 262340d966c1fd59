//! Links that sign a person in: `twinshore://sign-in?server=https%3A%2F%2Fmain.example&user=ann&code=…`, scanned or opened.
//!
//! A link may come from anybody: nothing of it is believed before it is taken apart here, and nothing is asked of a server that it
//! names before the app has decided that this is its main server.

use std::fmt;

use http::Uri;

/// Characters of a link at most.
const LINK_CHARACTERS: usize = 1_000;
/// Characters of a name at most.
const NAME_CHARACTERS: usize = 200;
/// Characters of a code.
const CODE_CHARACTERS: std::ops::RangeInclusive<usize> = 8..=128;

/// What a sign-in link says.
#[derive(Clone, PartialEq, Eq)]
pub struct SignInLink {
    /// Address of the main server, without a slash at its end.
    pub server: String,
    /// Sign-in name.
    pub user: String,
    /// One-time code.
    pub code: String,
}

/// Why a text is no link that may be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkProblem {
    /// It is something else, or it is damaged.
    #[error("this is not a sign-in link")]
    NotALink,
    /// Its main server would be talked to in the clear.
    #[error("the link leads to a main server without a protected connection")]
    NotSecure,
}

impl fmt::Debug for SignInLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInLink").field("server", &self.server).field("user", &self.user).finish_non_exhaustive()
    }
}

impl fmt::Display for SignInLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (server, user, code) = (encoded(&self.server), encoded(&self.user), encoded(&self.code));
        write!(f, "twinshore://sign-in?server={server}&user={user}&code={code}")
    }
}

impl SignInLink {
    /// Takes a text apart. `plain` lets the main server be talked to without TLS: for development.
    ///
    /// # Errors
    /// [`LinkProblem`].
    pub fn parse(text: &str, plain: bool) -> Result<Self, LinkProblem> {
        let text = text.trim();
        if text.len() > LINK_CHARACTERS {
            return Err(LinkProblem::NotALink);
        }
        let query = text.strip_prefix("twinshore://sign-in?").ok_or(LinkProblem::NotALink)?;
        let (mut server, mut user, mut code) = (None, None, None);
        for part in query.split('&') {
            let (key, value) = part.split_once('=').ok_or(LinkProblem::NotALink)?;
            let place = match key {
                "server" => &mut server,
                "user" => &mut user,
                "code" => &mut code,
                _ => return Err(LinkProblem::NotALink),
            };
            if place.replace(decoded(value).ok_or(LinkProblem::NotALink)?).is_some() {
                return Err(LinkProblem::NotALink);
            }
        }
        let (Some(server), Some(user), Some(code)) = (server, user, code) else { return Err(LinkProblem::NotALink) };
        if !is_name(&user) || !is_code(&code) {
            return Err(LinkProblem::NotALink);
        }
        Ok(Self { server: address(&server, plain)?, user, code })
    }

    /// True if the link leads to this main server.
    pub fn leads_to(&self, main_server: &str) -> bool {
        self.server.eq_ignore_ascii_case(main_server.trim_end_matches('/'))
    }
}

fn is_name(user: &str) -> bool {
    let length = user.chars().count();
    (1..=NAME_CHARACTERS).contains(&length) && user.trim() == user && !user.chars().any(char::is_control)
}

fn is_code(code: &str) -> bool {
    CODE_CHARACTERS.contains(&code.len()) && code.chars().all(|c| c.is_ascii_alphanumeric())
}

/// The address of a main server: scheme and host, perhaps a port and a path, nothing else.
fn address(text: &str, plain: bool) -> Result<String, LinkProblem> {
    let text = text.trim_end_matches('/');
    let uri: Uri = text.parse().map_err(|_| LinkProblem::NotALink)?;
    let host = uri.host().unwrap_or_default();
    let has_user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
    if host.is_empty() || has_user || text.contains(['?', '#', '\\', ' ']) {
        return Err(LinkProblem::NotALink);
    }
    match uri.scheme_str() {
        Some("https") => Ok(text.to_owned()),
        Some("http") if plain => Ok(text.to_owned()),
        Some("http") => Err(LinkProblem::NotSecure),
        _ => Err(LinkProblem::NotALink),
    }
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// None for what is not written as parts of links are.
fn decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let digits = [bytes.next()?, bytes.next()?];
                let digits = std::str::from_utf8(&digits).ok().filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
                out.push(u8::from_str_radix(digits, 16).ok()?);
            }
            b'+' => out.push(b' '),
            other => out.push(other),
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "00112233445566778899aabbccddeeff";

    fn link(server: &str, user: &str, code: &str) -> SignInLink {
        SignInLink { server: server.into(), user: user.into(), code: code.into() }
    }

    #[test]
    fn a_link_says_what_was_put_into_it() {
        for (server, user) in [
            ("https://main.example", "ann"),
            ("https://main.example:8443/app", "Анна Берег"),
            ("http://192.168.1.7:8080", "a+b & c=d?"),
            ("http://[::1]:8080", "ann@shore.example"),
        ] {
            let link = link(server, user, CODE);
            assert_eq!(SignInLink::parse(&format!(" {link}\n"), true), Ok(link.clone()), "{link}");
        }
        assert!(!format!("{:?}", link("https://main.example", "ann", CODE)).contains(CODE), "codes are not for logs");
    }

    #[test]
    fn a_main_server_without_tls_is_for_development_only() {
        let plain = link("http://10.0.2.2:8080", "ann", CODE).to_string();
        assert_eq!(SignInLink::parse(&plain, false), Err(LinkProblem::NotSecure));
        assert!(SignInLink::parse(&plain, true).is_ok());
        assert!(SignInLink::parse(&link("https://main.example", "ann", CODE).to_string(), false).is_ok());
    }

    #[test]
    fn hostile_links_are_no_links() {
        let https = "https%3A%2F%2Fmain.example";
        let long = "a".repeat(LINK_CHARACTERS);
        let hostile = [
            String::new(),
            "https://main.example".into(),
            "twinshore://open/Document.Orders.List".into(),
            "twinshore://sign-in".into(),
            format!("twinshore://sign-in?server={https}&user=ann"),
            format!("twinshore://sign-in?server={https}&user=ann&code={CODE}&code={CODE}"),
            format!("twinshore://sign-in?server={https}&user=ann&code={CODE}&next=1"),
            format!("twinshore://sign-in?server={https}&user=&code={CODE}"),
            format!("twinshore://sign-in?server={https}&user=a%00b&code={CODE}"),
            format!("twinshore://sign-in?server={https}&user=%ff&code={CODE}"),
            format!("twinshore://sign-in?server={https}&user=ann%2&code={CODE}"),
            format!("twinshore://sign-in?server={https}&user=ann%+1&code={CODE}"),
            format!("twinshore://sign-in?server={https}&user={long}&code={CODE}"),
            format!("twinshore://sign-in?server={https}&user=ann&code=short"),
            format!("twinshore://sign-in?server={https}&user=ann&code={CODE}%27--"),
            format!("twinshore://sign-in?server=javascript%3Aalert(1)&user=ann&code={CODE}"),
            format!("twinshore://sign-in?server=https%3A%2F%2Fmain.example%40evil.example&user=ann&code={CODE}"),
            format!("twinshore://sign-in?server=https%3A%2F%2F&user=ann&code={CODE}"),
            format!("twinshore://sign-in?server={https}%3Fx%3D1&user=ann&code={CODE}"),
            format!("twinshore://sign-in?server={https}%23x&user=ann&code={CODE}"),
            format!("twinshore://sign-in?server=ftp%3A%2F%2Fmain.example&user=ann&code={CODE}"),
        ];
        for text in hostile {
            assert_eq!(SignInLink::parse(&text, true), Err(LinkProblem::NotALink), "{text}");
        }
    }

    #[test]
    fn a_link_leads_to_one_main_server() {
        let link = link("https://main.example", "ann", CODE);
        assert!(link.leads_to("https://main.example/") && link.leads_to("HTTPS://Main.Example"));
        for other in ["https://main.example.evil.example", "http://main.example", "https://main.example:8443"] {
            assert!(!link.leads_to(other), "{other}");
        }
    }
}
