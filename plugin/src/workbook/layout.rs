//! How a worksheet looks: header, widths, formats, filters.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

use super::{WorkbookError, contained, text};
use crate::table::{Column, Kind};

/// Widest column but for sentences, in characters.
const WIDEST: usize = 24;
/// Width of a column of sentences.
const SENTENCE: f64 = 70.0;

/// The formats of the cells, made once.
pub(super) struct Formats {
    group: [Format; 4],
    header: Format,
    provenance_header: Format,
    text: Format,
    sentence: Format,
    provenance: Format,
    pub(super) integer: Format,
    pub(super) boolean: Format,
    pub(super) date: Format,
    pub(super) moment: Format,
}

impl Formats {
    pub(super) fn new() -> Self {
        let cell = Format::new().set_align(FormatAlign::Top);
        let header = Format::new()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Top)
            .set_background_color(Color::RGB(0xE3E8EF))
            .set_border_bottom(FormatBorder::Thin);
        let group = |colour| {
            Format::new()
                .set_bold()
                .set_align(FormatAlign::Left)
                .set_font_color(Color::White)
                .set_background_color(Color::RGB(colour))
                .set_border_left(FormatBorder::Thin)
                .set_border_right(FormatBorder::Thin)
        };
        Self {
            group: [group(0x1F4E79), group(0x2E6B4F), group(0x7A4A12), group(0x5B3A78)],
            provenance_header: header.clone().set_italic().set_font_color(Color::RGB(0x5A6573)),
            header,
            sentence: cell.clone().set_text_wrap(),
            provenance: cell.clone().set_italic().set_font_color(Color::RGB(0x5A6573)),
            integer: cell.clone().set_num_format("0"),
            boolean: cell.clone().set_align(FormatAlign::Left),
            date: cell.clone().set_num_format("dd/mm/yyyy").set_align(FormatAlign::Left),
            moment: cell
                .clone()
                .set_num_format("dd/mm/yyyy hh:mm:ss")
                .set_align(FormatAlign::Left),
            text: cell,
        }
    }
}

/// The columns of a worksheet.
#[derive(Clone)]
pub(super) struct Layout {
    columns: Vec<Shown>,
    grouped: bool,
}

#[derive(Clone)]
struct Shown {
    label: String,
    group: Option<&'static str>,
    provenance: bool,
    sentence: bool,
    width: f64,
}

impl Layout {
    pub(super) fn new(columns: &[Column], wide: &[&str]) -> Self {
        let shown = |column: &Column| {
            let sentence = wide.contains(&column.id.as_str());
            let provenance = column.provenance_of.is_some();
            // Room for the filter's arrow as well.
            let label = column.label.chars().count() + 4;
            let least = match column.kind {
                _ if provenance => 14,
                Kind::Text => 16,
                Kind::Date | Kind::Boolean => 12,
                Kind::Integer => 10,
            };
            #[allow(clippy::cast_precision_loss)]
            let width = if sentence {
                SENTENCE
            } else {
                label.clamp(least, WIDEST.max(least)) as f64
            };
            Shown {
                label: column.label.clone(),
                group: column.group,
                provenance,
                sentence,
                width,
            }
        };
        Self {
            columns: columns.iter().map(shown).collect(),
            grouped: columns.iter().any(|column| column.group.is_some()),
        }
    }

    pub(super) fn header_rows(&self) -> u32 {
        if self.grouped { 2 } else { 1 }
    }

    pub(super) fn text_format<'f>(&self, column: u16, formats: &'f Formats) -> &'f Format {
        match self.columns.get(usize::from(column)) {
            Some(Shown { provenance: true, .. }) => &formats.provenance,
            Some(Shown { sentence: true, .. }) => &formats.sentence,
            _ => &formats.text,
        }
    }

    pub(super) fn write_header(&self, worksheet: &mut Worksheet, formats: &Formats) -> Result<(), XlsxError> {
        for (number, column) in (0..).zip(&self.columns) {
            worksheet.set_column_width(number, column.width)?;
        }
        if self.grouped {
            self.write_groups(worksheet, formats)?;
        }
        let row = self.header_rows() - 1;
        // Long field names break over two lines.
        if self
            .columns
            .iter()
            .any(|column| !column.sentence && column.label.chars().count() > WIDEST)
        {
            worksheet.set_row_height(row, 32)?;
        }
        for (number, column) in (0..).zip(&self.columns) {
            let format = if column.provenance {
                &formats.provenance_header
            } else {
                &formats.header
            };
            text::write(worksheet, row, number, &column.label, format)?;
        }
        worksheet.set_freeze_panes(self.header_rows(), u16::from(self.columns.len() > 4))?;
        worksheet.set_repeat_rows(0, row)?;
        worksheet.set_landscape().set_paper_size(9);
        // More than that on one page nobody could read.
        if self.columns.len() <= 12 {
            worksheet.set_print_fit_to_pages(1, 0);
        }
        Ok(())
    }

    /// One heading over each run of columns of the same group; the groups differ in colour.
    fn write_groups(&self, worksheet: &mut Worksheet, formats: &Formats) -> Result<(), XlsxError> {
        let mut known: Vec<&str> = Vec::new();
        let mut first = 0_u16;
        for run in self.columns.chunk_by(|a, b| a.group == b.group) {
            let after = first.saturating_add(u16::try_from(run.len()).unwrap_or(u16::MAX));
            if let Some(group) = run.first().and_then(|column| column.group) {
                let number = known.iter().position(|other| *other == group).unwrap_or_else(|| {
                    known.push(group);
                    known.len() - 1
                });
                let format = formats
                    .group
                    .get(number % formats.group.len())
                    .unwrap_or(&formats.header);
                if run.len() == 1 {
                    text::write(worksheet, 0, first, group, format)?;
                } else {
                    worksheet.merge_range(0, first, 0, after - 1, &text::cell(group), format)?;
                }
            }
            first = after;
        }
        Ok(())
    }

    /// Sets what depends on the number of rows; `next_row` is the first one that is empty.
    pub(super) fn finish(&self, mut worksheet: Worksheet, next_row: u32) -> Result<Worksheet, WorkbookError> {
        contained(|| {
            let header = self.header_rows() - 1;
            let last = u16::try_from(self.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
            // A list of labels and figures is read, not searched.
            if last > 1 {
                worksheet.autofilter(header, 0, (next_row - 1).max(header), last)?;
            }
            Ok(worksheet)
        })
    }
}
