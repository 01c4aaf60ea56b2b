//! The page's charts, as inline SVG.

use std::fmt::{self, Write as _};

use chrono::NaiveDate;

use super::escape::{Escaped, Grouped};

// Of a chart by night, in the units of its drawing.
const WIDTH: f64 = 340.0;
const HEIGHT: f64 = 170.0;
const LEFT: f64 = 44.0;
const TOP: f64 = 18.0;
const BOTTOM: f64 = 24.0;

// Of a chart of bars: the whole, its labels, the room for a figure, the height of a line.
const ACROSS: f64 = 760.0;
const LABEL: f64 = 250.0;
const VALUE: f64 = 70.0;
const LINE: f64 = 28.0;

/// Figures night by night, oldest first: one bar each, on a scale of their own so that few rejections show beside many
/// dossiers accepted.
pub fn per_night(title: &str, class: &str, nights: &[(NaiveDate, i64)]) -> Result<String, fmt::Error> {
    let top = scale(nights.iter().map(|night| night.1).max().unwrap_or(0));
    let (plot, base) = (HEIGHT - TOP - BOTTOM, HEIGHT - BOTTOM);
    let step = (WIDTH - LEFT) / float(nights.len().max(1));
    let bar = (step * 0.7).min(48.0);
    let y = |value: i64| base - plot * ratio(value, top);

    let mut svg = String::new();
    write!(
        svg,
        "<figure><figcaption>{title}</figcaption><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}, \
         par nuit : {}\">",
        spoken(nights)
    )?;
    let marks: &[i64] = if top % 2 == 0 { &[0, top / 2, top] } else { &[0, top] };
    for mark in marks {
        let at = y(*mark);
        write!(
            svg,
            "<line x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/><text class=\"axe\" x=\"{:.1}\" \
             y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 6.0,
            at + 4.0,
            Grouped(*mark)
        )?;
    }
    // As many dates as fit.
    let every = nights.len().div_ceil(7).max(1);
    for (number, (night, value)) in nights.iter().enumerate() {
        let middle = LEFT + step * (float(number) + 0.5);
        let at = y(*value);
        write!(
            svg,
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"{at:.1}\" width=\"{bar:.1}\" height=\"{:.1}\" rx=\"1.5\"/>",
            middle - bar / 2.0,
            base - at
        )?;
        if nights.len() <= 8 {
            write!(
                svg,
                "<text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                at - 4.0,
                Grouped(*value)
            )?;
        }
        // Counted from the newest night, which always has its date.
        if (nights.len() - 1 - number) % every == 0 {
            write!(
                svg,
                "<text class=\"axe\" x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                base + 16.0,
                night.format("%d/%m")
            )?;
        }
    }
    svg.push_str("</svg></figure>\n");
    Ok(svg)
}

/// One bar a label, each with its figure.
pub fn bars(title: &str, lines: &[(&str, &str, i64)]) -> Result<String, fmt::Error> {
    let most = lines.iter().map(|line| line.2).max().unwrap_or(0).max(1);
    let height = LINE * float(lines.len());
    let mut svg = String::new();
    write!(
        svg,
        "<figure class=\"barres\"><figcaption>{title}</figcaption><svg viewBox=\"0 0 {ACROSS} {height}\" role=\"img\" \
         aria-label=\"{title} : "
    )?;
    for (number, (label, _, value)) in lines.iter().enumerate() {
        let comma = if number == 0 { "" } else { ", " };
        write!(svg, "{comma}{} {value}", Escaped(label))?;
    }
    svg.push_str("\">");
    for (number, (label, class, value)) in lines.iter().enumerate() {
        let top = LINE * float(number);
        let width = (ACROSS - LABEL - VALUE) * ratio(*value, most);
        write!(
            svg,
            "<text x=\"0\" y=\"{text:.1}\">{}</text><rect class=\"{class}\" x=\"{LABEL}\" y=\"{:.1}\" width=\"{width:.1}\" \
             height=\"18\" rx=\"1.5\"/><text x=\"{:.1}\" y=\"{text:.1}\">{}</text>",
            Escaped(label),
            top + 5.0,
            LABEL + width + 8.0,
            Grouped(*value),
            text = top + 18.5,
        )?;
    }
    svg.push_str("</svg></figure>\n");
    Ok(svg)
}

/// What a screen reader says of a chart; the list below it has every figure.
fn spoken(nights: &[(NaiveDate, i64)]) -> String {
    match (nights.first(), nights.last(), nights.iter().map(|night| night.1).max()) {
        (Some(first), Some(last), Some(most)) => format!(
            "{} le {}, {} le {}, au plus {most}",
            first.1,
            first.0.format("%d/%m/%Y"),
            last.1,
            last.0.format("%d/%m/%Y")
        ),
        _ => "aucune nuit".to_owned(),
    }
}

/// The next of 2, 4, 6, 8, 10, 20, 40…: axes end on a figure that reads well and halves.
fn scale(most: i64) -> i64 {
    let mut unit: i64 = 1;
    loop {
        for step in [2, 4, 6, 8, 10] {
            let top = unit.saturating_mul(step);
            if top >= most {
                return top;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

#[allow(clippy::cast_precision_loss)]
fn ratio(value: i64, of: i64) -> f64 {
    value.max(0) as f64 / of.max(1) as f64
}

#[allow(clippy::cast_precision_loss)]
fn float(number: usize) -> f64 {
    number as f64
}
