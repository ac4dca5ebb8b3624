//! Ways of making a copy, as they are named in options and in truth.

use std::fmt;
use std::str::FromStr;

/// How a copy differs from what it was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Not at all.
    Verbatim,
    /// So many per cent of its words are replaced (three of five), left out or new.
    Words(u32),
    /// Only its beginning is there: 40 to 80 % of its words.
    Cut,
    /// Other words stand behind it: a fifth to a half as many again.
    Expanded,
    /// A run of 24 to 60 words of it stands in a text of other words.
    Quoted,
    /// The same 40 words stand under all copies of this kind.
    Boilerplate,
    /// A run of 30 to 80 words of it stands there twice.
    Repeat,
    /// Other quotation marks, dashes, spaces and line breaks, soft hyphens inside words.
    Typography,
}

/// What is planted if nothing else is asked for.
pub const USUAL: [Kind; 13] = [
    Kind::Verbatim,
    Kind::Words(1),
    Kind::Words(2),
    Kind::Words(5),
    Kind::Words(10),
    Kind::Words(20),
    Kind::Words(30),
    Kind::Cut,
    Kind::Expanded,
    Kind::Quoted,
    Kind::Boilerplate,
    Kind::Repeat,
    Kind::Typography,
];

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Words(rate) => write!(f, "words-{rate:02}"),
            other => f.write_str(match other {
                Kind::Verbatim | Kind::Words(_) => "verbatim",
                Kind::Cut => "cut",
                Kind::Expanded => "expanded",
                Kind::Quoted => "quoted",
                Kind::Boilerplate => "boilerplate",
                Kind::Repeat => "repeat",
                Kind::Typography => "typography",
            }),
        }
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Kind, String> {
        if let Some(rate) = name.strip_prefix("words-") {
            let rate = rate.parse().ok().filter(|rate| (1..=90).contains(rate));
            return rate.map(Kind::Words).ok_or_else(|| format!("'{name}': words-1 to words-90 are known"));
        }
        let named = USUAL.into_iter().find(|kind| kind.to_string() == name);
        named.ok_or_else(|| {
            let known: Vec<String> = USUAL.iter().map(Kind::to_string).collect();
            format!("unknown kind '{name}': {} are known", known.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_as_they_are_named() {
        for kind in USUAL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert_eq!("words-7".parse(), Ok(Kind::Words(7)));
        assert!("words-0".parse::<Kind>().is_err() && "words-".parse::<Kind>().is_err());
        assert!("verbatm".parse::<Kind>().is_err_and(|why| why.contains("verbatim")));
    }
}
