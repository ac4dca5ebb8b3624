//! Pages, good, broken and hostile, and what is written of them.

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

/// How deep what was written is nested, with all that may stand between what is counted, and how many tags it has.
fn measure(page: &str) -> (usize, usize) {
    let (mut deepest, mut open, mut tags) = (0_usize, 0_usize, 0);
    for tag in page.split('<').skip(1).filter(|tag| !tag.starts_with('!')) {
        let name: String = tag.chars().take_while(|c| !matches!(c, '>' | ' ')).collect();
        if name.starts_with('/') {
            open = open.saturating_sub(1);
        } else if !VOID.contains(&&*name) && !CLOSING_EACH_OTHER.contains(&&*name) {
            open += 1;
            tags += 1;
            deepest = deepest.max(open);
        }
    }
    (deepest, tags)
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
    ] {
        for page in [
            format!("{}text{}", format!("<{tag}>").repeat(n), format!("</{tag}>").repeat(n)),
            format!("<{tag}>text ").repeat(n),
        ] {
            let tidy = tidy(&page).page;
            let (deepest, tags) = measure(&tidy);
            assert!(deepest <= MAX_DEPTH + MAX_FORMATTING + 4, "{tag}: {deepest}");
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
