//! What of a document is code: blocks, and spans with the text around them. Must not know: what any of it means.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A piece of code.
#[derive(Debug, PartialEq)]
pub(crate) enum Piece {
    /// Fenced.
    Block {
        /// What the fence says.
        language: String,
        /// What is inside.
        text: String,
    },
    /// In a line.
    Span {
        /// What is inside.
        text: String,
        /// The spans of the same paragraph, or of the same row of a table.
        beside: Vec<String>,
    },
}

/// All of them, in order.
pub(crate) fn pieces(document: &str) -> Vec<Piece> {
    let mut collector = Collector::default();
    for event in Parser::new_ext(document, Options::ENABLE_TABLES) {
        collector.take(event);
    }
    collector.end_paragraph();
    collector.pieces
}

#[derive(Default)]
struct Collector {
    pieces: Vec<Piece>,
    /// Of the block that is being read.
    language: Option<String>,
    block: String,
    /// Of the paragraph that is being read.
    spans: Vec<String>,
}

impl Collector {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                self.language = Some(language.into_string());
            }
            Event::Text(text) if self.language.is_some() => self.block.push_str(&text),
            Event::Code(text) => self.spans.push(text.into_string()),
            Event::End(TagEnd::CodeBlock) => self.end_block(),
            Event::End(
                TagEnd::Paragraph
                | TagEnd::Heading(_)
                | TagEnd::Item
                | TagEnd::TableRow
                | TagEnd::TableHead,
            ) => self.end_paragraph(),
            _ => {}
        }
    }

    fn end_block(&mut self) {
        if let Some(language) = self.language.take() {
            let text = std::mem::take(&mut self.block);
            self.pieces.push(Piece::Block { language, text });
        }
    }

    fn end_paragraph(&mut self) {
        let beside = std::mem::take(&mut self.spans);
        for text in beside.iter().cloned() {
            let beside = beside.clone();
            self.pieces.push(Piece::Span { text, beside });
        }
    }
}
