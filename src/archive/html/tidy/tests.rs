//! Pages, good, broken and hostile, and what is written of them.

use super::super::open::MAX_FORGOTTEN;
use super::super::tags::MAX_ATTRIBUTES;
use super::*;

fn check(page: &str, expect: &str) {
    assert_eq!(tidy(page).page.strip_prefix("<!doctype html>"), Some(expect), "{page}");
}

#[test]
fn text_and_structure_stay() {
    check("<P CLASS=a>one<br/>two</P>", "<p class=\"a\">one<br>two</p>");
    check("a < b <1 &lt; c", "a &lt; b &lt;1 &lt; c");
    check("<div id='x\"y' hidden>a</div >b", "<div id=\"x&quot;y\" hidden=\"\">a</div>b");
    check("<a href=x>1<a href=y>2</a></a>", "<a href=\"x\">1</a><a href=\"y\">2</a>");
    check("<title>A <b>B</title><title>C</title>x", "<title>A &lt;b>B</title>x");
    check("<img alt=\"a>b\" src=c>d", "<img alt=\"a>b\">d");
    check("a<é>b<x\u{301}>c", "a&lt;é>b c");
}

#[test]
fn what_carries_no_text_is_left_out_with_its_content() {
    check("a<script>'<p>'</script>b<style>p{}</STYLE >c", "a b c");
    check("a<!-- <p> -->b<!doctype x>c<?php x ?>d</ >e", "abcde");
    check("a<svg><title>x</title><path d=z /></svg>b", "a b");
    check("a<svg/>b<script>c", "a b c");
    let json_ld = "<script type=\"application/ld+json\">{\"a\":\"\\u003cb\"}</script>";
    check("<script type='application/ld+json'>{\"a\":\"<b\"}</script>", json_ld);
}

#[test]
fn pages_that_end_in_the_middle_of_something() {
    for (page, expect) in [
        ("a<p", "a<p>"),
        ("a<p class=\"b c>d", "a<p class=\"b c>d\">"),
        ("a<!-- b", "a"),
        ("a<!-- b > c", "a c"),
        ("a</", "a"),
        ("a<", "a&lt;"),
        ("a</p", "a</p>"),
        ("a<p x=", "a<p x=\"\">"),
    ] {
        check(page, expect);
    }
}

#[test]
fn a_paragraph_that_is_a_link_points_elsewhere() {
    check("<p>a</p><p><a href=x>Read more</a></p><p>b</p>", "<p>a</p><p></p><p>b</p>");
    check("<p>See <a href=x>this</a></p>", "<p>See <a href=\"x\">this</a></p>");
    let long = "w ".repeat(LONGEST_POINTER);
    check(&format!("<p><a>{long}</a></p>"), &format!("<p><a>{long}</a></p>"));
}

/// How deep a parser nests what was written: tags that are counted, and all; and how many there are.
fn measure(page: &str) -> (usize, usize, usize) {
    let tree = scraper::Html::parse_document(page);
    let is_counted = |name: &str| {
        let others = [&CLOSING_EACH_OTHER[..], &FORMATTING, &ONCE, &VOID, &["a", "tr", "tbody", "title"]];
        !others.iter().any(|names| names.contains(&name))
    };
    let (mut deepest, mut deepest_of_all, mut tags) = (0, 0, 0);
    let mut open = vec![(tree.tree.root(), 0, 0)];
    while let Some((node, counted, all)) = open.pop() {
        (deepest, deepest_of_all) = (deepest.max(counted), deepest_of_all.max(all));
        open.extend(node.children().filter_map(|child| {
            let name = child.value().as_element()?.name();
            let counts = usize::from(is_counted(name));
            tags += counts;
            Some((child, counted + counts, all + 1))
        }));
    }
    (deepest, deepest_of_all, tags)
}

/// The extractor stops at 500.
const DEEPEST: usize = 4 * MAX_DEPTH;

proptest::proptest! {
    /// The judge is a parser.
    #[test]
    fn a_parser_nests_what_was_written_no_deeper_than_was_counted(
        unit in proptest::collection::vec(
            ("/?", proptest::sample::select(&[
                "div", "section", "nav", "p", "span", "x-y", "ul", "li", "dl", "dd", "dt", "table", "tr", "td", "h1", "h2",
                "form", "button", "marquee", "option", "optgroup", "ruby", "rt", "rp", "rb", "a", "b", "i", "address",
                "label", "ins", "video", "dialog", "hgroup", "menu", "caption", "center", "fieldset", "legend", "body", "select",
                "object", "template", "nobr", "font", "br", "applet", "search", "summary", "details", "article", "aside",
            ][..])),
            1..7,
        ),
        text: bool,
    ) {
        let unit: Vec<String> = unit.iter().map(|(slash, name)| format!("<{slash}{name}>")).collect();
        let unit = unit.concat();
        let unit = if text { unit + "x" } else { unit };
        let (counted, all, _) = measure(&tidy(&unit.repeat(700)).page);
        let most = MAX_DEPTH + MAX_FORGOTTEN;
        proptest::prop_assert!(counted <= most && all <= DEEPEST, "{} {} {}", unit, counted, all);
    }
}

#[test]
fn hostile_pages_come_out_shallow_and_small() {
    let n = 20_000;
    for tag in [
        "div",
        "span",
        "b",
        "table",
        "table><tr><td",
        "ul><li",
        "x-y",
        "a",
        "svg",
        "font",
        "html",
        "ruby><rt",
        "rt",
        "dd><li",
        "option><li",
        "span><div></span",
        "form><div></form",
        "h1><div><h2></h1",
        "div><table><tr><td></div",
        "table><tr><td><table><div></table",
        "li><ul></li",
        "label><section></label",
    ] {
        for page in [
            format!("{}text{}", format!("<{tag}>").repeat(n), format!("</{tag}>").repeat(n)),
            format!("<{tag}>text ").repeat(n),
        ] {
            let tidy = tidy(&page).page;
            let (counted, all, tags) = measure(&tidy);
            assert!(counted <= MAX_DEPTH + MAX_FORGOTTEN && all <= DEEPEST, "{tag}: {counted}, {all}");
            assert!(tags <= MAX_ELEMENTS, "{tag}: {tags}");
            assert!(
                tidy.len() <= page.len() * 3 + 100 && (tag == "svg" || tidy.contains("text")),
                "{tag}: {}",
                tidy.len()
            );
        }
    }
}

#[test]
fn what_would_cost_more_than_linear_time_does_not() {
    // Each of these takes minutes where something is looked for again and again.
    for unit in [
        "<!--",
        "<script>",
        "<style>a</styl",
        "<svg>",
        "</div>",
        "</x>",
        "<a b=\"",
        "<title>",
        "<",
        "<p a='",
        "&#",
    ] {
        let page = format!("{}{}", "<div>".repeat(20_000), unit.repeat(100_000));
        assert!(tidy(&page).page.len() <= page.len() * 4 + 100, "{unit}");
    }
    let attributes: Vec<String> = (0..100_000).map(|n| format!(" a{n}=b")).collect();
    let attributes = attributes.concat();
    let tag = tidy(&format!("<div{attributes}>x")).page;
    assert_eq!(tag.matches("=\"").count(), MAX_ATTRIBUTES, "{}", tag.len());
}
