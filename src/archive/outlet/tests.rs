//! URLs, hosts and names.

use super::*;

fn check(input: &str, expect: Option<&str>) {
    assert_eq!(registrable_domain(input).as_deref(), expect, "of {input:?}");
}

#[test]
fn urls_and_hosts_give_the_domain_that_was_registered() {
    check("https://www.minato-shimbun.example/a", Some("minato-shimbun.example"));
    check("http://news.bbc.co.uk/2/hi/x.stm?a=b#c", Some("bbc.co.uk"));
    check("HTTPS://User:Pass@WWW.Guardian.CO.UK:8080/x@y", Some("guardian.co.uk"));
    check("//cdn.site.example/x", Some("site.example"));
    check("www.spa.gov.sa/viewstory.php?id=1", Some("spa.gov.sa"));
    check("edition.cnn.com", Some("cnn.com"));
    check(" aawsat.com. ", Some("aawsat.com"));
    check("host.example:443", Some("host.example"));
    check("http://aawsat.com/home/article/410826/بريطانيا", Some("aawsat.com"));
    check("http://host.example\\x", Some("host.example"));
    check("feed://host.example/rss", Some("host.example"));
}

#[test]
fn names_outside_ascii_come_out_in_punycode() {
    check("https://www.食狮.公司.cn/", Some("xn--85x722f.xn--55qx5d.cn"));
    check("Bücher.example", Some("xn--bcher-kva.example"));
    check("xn--bcher-kva.example", Some("xn--bcher-kva.example"));
}

#[test]
fn suffixes_with_their_own_pages_stand_for_themselves() {
    check("https://www.gov.uk/government", Some("gov.uk"));
    check("gov.uk", Some("gov.uk"));
    check("https://someone.blogspot.com/2008", Some("someone.blogspot.com"));
    check("www.com", Some("www.com"));
    check("com", None);
}

#[test]
fn what_names_no_outlet_gives_none() {
    for input in [
        "",
        " ",
        "Reuters",
        "localhost",
        "http://localhost:8080/",
        "http://intranet/x",
        "http://127.0.0.1/x",
        "127.0.0.1",
        "http://[::1]/x",
        "[::1]",
        "3.14",
        "mailto:desk@paper.example",
        "desk@paper.example",
        "urn:isbn:0451450523",
        "javascript:alert(1)",
        "data:text/plain,a.b",
        "file:///etc/x.y",
        "/a/b.html",
        "http://",
        "//",
        "://a.example",
        "a..example",
        ".example",
        "hello world.com",
        "http://a b.example/",
        "http://%00.example/",
        "\0",
        "💥",
        "..",
        ":",
        "@",
        "a.example:port",
    ] {
        check(input, None);
    }
}

#[test]
fn long_texts_are_not_read_to_their_end() {
    check(&"a.".repeat(1_000_000), None);
    check(&format!("http://{}@paper.example/", "u".repeat(1_000)), None);
    check(&format!("{}.example", "a".repeat(64)), None);
    check(&format!("http://{}", "食".repeat(100_000)), None);
    check(&format!("http://paper.example/{}", "@:/".repeat(100_000)), Some("paper.example"));
}

#[test]
fn a_host_keeps_its_sub_domain() {
    assert_eq!(host_name("WWW.Edition.CNN.com").as_deref(), Some("edition.cnn.com"));
    assert_eq!(host_name("https://sport.paper.example/x").as_deref(), Some("sport.paper.example"));
    assert_eq!(host_name("CNN"), None);
}

#[test]
fn a_source_is_judged_by_its_shape() {
    let table = [
        ("https://www.minato-shimbun.example/a", SourceShape::Url),
        ("http://10.0.0.1/a", SourceShape::Url),
        ("//paper.example/a", SourceShape::Url),
        ("paper.example/a", SourceShape::Url),
        ("paper.example:8080", SourceShape::Url),
        ("http://paper.example/a b", SourceShape::Url),
        ("paper.example", SourceShape::Domain),
        ("www.bbc.co.uk", SourceShape::Domain),
        (" Amazon.com ", SourceShape::Domain),
        ("食狮.公司.cn", SourceShape::Domain),
        ("gov.uk", SourceShape::Domain),
        ("Reuters", SourceShape::Name),
        ("N.Y.Times", SourceShape::Name),
        ("A.P.", SourceShape::Name),
        ("AP/Reuters", SourceShape::Name),
        ("St. Louis Post", SourceShape::Name),
        ("Reuters.com / AP", SourceShape::Name),
        ("desk@paper.example", SourceShape::Name),
        ("No.10", SourceShape::Name),
        ("127.0.0.1", SourceShape::Name),
        ("common-crawl", SourceShape::Name),
        ("読売新聞", SourceShape::Name),
        ("http://", SourceShape::Name),
        ("", SourceShape::Name),
    ];
    for (input, expect) in table {
        assert_eq!(shape_of(input), expect, "of {input:?}");
    }
}

proptest::proptest! {
    #[test]
    fn a_plain_host_is_what_the_crate_makes_of_it(text in "(xn--|www\\.|-|0x)?[a-z0-9-]{0,3}\\.?[a-z0-9.-]{0,9}") {
        if is_plain_host(&text) {
            proptest::prop_assert_eq!(Host::parse(&text), Ok(Host::Domain(text.clone())));
        }
    }
}
