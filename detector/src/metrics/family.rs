//! What a family of metrics is, and how one is encoded. Knows none by name.

use std::{array, fmt};

use prometheus_client::{
    encoding::{
        CounterValueEncoder, DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue,
        GaugeValueEncoder, MetricEncoder, NoLabelSet,
    },
    metrics::{MetricType, exemplar::Exemplar},
};

use crate::{
    durations::{BOUNDS_S, Durations},
    status::Status,
};

/// One family.
pub(super) struct Family {
    /// Its name, without the suffix that its type brings.
    pub(super) name: &'static str,
    /// What it means, in a sentence.
    pub(super) help: &'static str,
    pub(super) labels: &'static [&'static str],
    pub(super) values: Values,
}

/// Its type, and where its values are in a status.
pub(super) enum Values {
    Counter(fn(&Status) -> Vec<Sample>),
    Gauge(fn(&Status) -> Vec<Sample>),
    Histogram(fn(&Status) -> &Durations),
    /// Nothing but labels.
    Info(fn(&Status) -> Vec<Sample>),
}

/// One series at one time.
pub(super) struct Sample {
    /// Values of the labels, in the order of the family's.
    labels: Vec<String>,
    number: Number,
}

/// Whole numbers are shown whole.
#[derive(Clone, Copy)]
pub(super) enum Number {
    Whole(u64),
    Real(f64),
}

impl Family {
    /// What its type adds to its name.
    pub(super) const fn suffix(&self) -> &'static str {
        match self.values {
            Values::Counter(_) => "_total",
            Values::Info(_) => "_info",
            Values::Gauge(_) | Values::Histogram(_) => "",
        }
    }

    /// Its type, by name.
    pub(super) const fn kind(&self) -> MetricType {
        match self.values {
            Values::Counter(_) => MetricType::Counter,
            Values::Gauge(_) => MetricType::Gauge,
            Values::Histogram(_) => MetricType::Histogram,
            Values::Info(_) => MetricType::Info,
        }
    }

    /// Tells all of it.
    pub(super) fn encode(
        &self,
        status: &Status,
        encoder: &mut DescriptorEncoder<'_>,
    ) -> fmt::Result {
        let mut encoder = encoder.encode_descriptor(self.name, self.help, None, self.kind())?;
        match self.values {
            Values::Counter(of) => self.each(&of(status), &mut encoder, |number, encoder| {
                encoder.encode_counter(&number, None::<&Exemplar<NoLabelSet, u64>>)
            }),
            Values::Gauge(of) => self.each(&of(status), &mut encoder, |number, encoder| {
                encoder.encode_gauge(&number)
            }),
            Values::Info(of) => of(status)
                .iter()
                .try_for_each(|sample| encoder.encode_info(&self.labelled(sample))),
            Values::Histogram(of) => histogram(of(status), &mut encoder),
        }
    }

    fn each(
        &self,
        samples: &[Sample],
        encoder: &mut MetricEncoder<'_>,
        encode: fn(Number, &mut MetricEncoder<'_>) -> fmt::Result,
    ) -> fmt::Result {
        samples.iter().try_for_each(|sample| {
            let labels = self.labelled(sample);
            // No labels are no empty braces either.
            if labels.is_empty() {
                encode(sample.number, encoder)
            } else {
                encode(sample.number, &mut encoder.encode_family(&labels)?)
            }
        })
    }

    fn labelled<'a>(&self, sample: &'a Sample) -> Vec<(&'static str, &'a str)> {
        let values = sample.labels.iter().map(String::as_str);
        self.labels.iter().copied().zip(values).collect()
    }
}

impl Sample {
    /// The only series of its family.
    pub(super) fn only(number: impl Into<Number>) -> Vec<Self> {
        vec![Self::of([], number)]
    }

    /// One of several.
    pub(super) fn of<const N: usize>(labels: [&str; N], number: impl Into<Number>) -> Self {
        Self {
            labels: labels.map(str::to_owned).into(),
            number: number.into(),
        }
    }
}

fn histogram(durations: &Durations, encoder: &mut MetricEncoder<'_>) -> fmt::Result {
    let bound = |bucket| BOUNDS_S.get(bucket).copied().unwrap_or(f64::INFINITY);
    let counts = durations.counts;
    let buckets: [(f64, u64); BOUNDS_S.len() + 1] = array::from_fn(|it| (bound(it), counts[it]));
    let count = counts.iter().sum();
    encoder.encode_histogram::<NoLabelSet>(durations.sum_s, count, &buckets, None)
}

impl From<u64> for Number {
    fn from(whole: u64) -> Self {
        Self::Whole(whole)
    }
}

impl From<usize> for Number {
    fn from(whole: usize) -> Self {
        Self::Whole(whole as u64)
    }
}

impl From<bool> for Number {
    fn from(is_so: bool) -> Self {
        Self::Whole(is_so.into())
    }
}

impl From<f64> for Number {
    fn from(real: f64) -> Self {
        Self::Real(real)
    }
}

impl EncodeCounterValue for Number {
    fn encode(&self, encoder: &mut CounterValueEncoder<'_>) -> fmt::Result {
        match self {
            Self::Whole(whole) => EncodeCounterValue::encode(whole, encoder),
            Self::Real(real) => EncodeCounterValue::encode(real, encoder),
        }
    }
}

impl EncodeGaugeValue for Number {
    fn encode(&self, encoder: &mut GaugeValueEncoder<'_>) -> fmt::Result {
        match self {
            Self::Whole(whole) => EncodeGaugeValue::encode(whole, encoder),
            Self::Real(real) => EncodeGaugeValue::encode(real, encoder),
        }
    }
}
