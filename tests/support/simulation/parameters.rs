//! The world in numbers, each with its reason. Rates are means of events that come at random, spans medians of
//! lognormal ones.

use std::time::Duration;

/// A span that lies around a median; two thirds within a factor of e^`sigma`.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// Half of all are shorter.
    pub median: Duration,
    /// How wide they scatter.
    pub sigma: f64,
}

/// What comes at random, and lasts.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// Mean time between two, for each that it can happen to.
    pub every: Duration,
    /// How long one lasts.
    pub lasts: Span,
}

/// The parameters of a simulated gateway and of the internet behind it.
#[derive(Clone, Copy, Debug)]
pub struct World {
    /// Destination prefixes (/24) in use.
    pub prefixes: usize,
    /// Clusters of prefixes: the allocations of hosters and clouds.
    pub clusters: usize,
    /// The chance that a cluster's next prefix is the neighbour of its last one.
    pub adjacent: f64,
    /// Zipf's exponent for the traffic of prefixes, of the destinations in one, and for the sizes of clusters.
    pub zipf: f64,
    /// Fewest and most destinations of one prefix; in between all magnitudes are alike.
    pub destinations: (u32, u32),
    /// Share of destinations that never answer.
    pub never_alive: f64,
    /// Connections an hour in the mean of a day, without retries.
    pub connections_per_hour: u32,
    /// How far the rhythm of day and night departs from the mean.
    pub rhythm: f64,
    /// Round trip to a destination.
    pub round_trip: Span,
    /// From the first data to the end of a connection.
    pub service: Span,
    /// Share of clients that give up before a third SYN: timeouts of applications, Happy Eyeballs.
    pub impatient: f64,
    /// How long these wait.
    pub impatience: Span,
    /// How long the others wait.
    pub patience: Span,
    /// Fewest and most times that a client comes back after a failure.
    pub retries: (u32, u32),
    /// How long it waits before the first time; each further one twice as long.
    pub retry_pause: Span,
    /// Share of connections that fail for a passing fault on their way.
    pub lost: f64,
    /// Hosts that crash, are taken down or move.
    pub host_death: Event,
    /// Share of deaths for good.
    pub death_for_good: f64,
    /// After so long nobody asks for a host that died for good: its name leads elsewhere.
    pub abandoned: Duration,
    /// Servers that let half of their connections fail.
    pub overload: Event,
    /// One prefix of a hoster fails.
    pub hoster_outage: Event,
    /// Some neighbouring prefixes of a cluster fail: a room, a rack, a route.
    pub group_outage: Event,
    /// Fewest and most prefixes of a group.
    pub group: (u32, u32),
    /// Our uplink is cut.
    pub uplink_cut: Event,
    /// Our uplink loses packets.
    pub brown_out: Event,
    /// Share of round trips that then fail.
    pub brown_out_loss: f64,
}

const DAY: Duration = Duration::from_hours(24);

impl World {
    /// The world of docs/DETECTION.md.
    pub const DEFAULT: Self = Self {
        // An office or a small provider in a day; traffic by prefix is Zipf-like with an exponent near 1.
        prefixes: 300,
        clusters: 30,
        adjacent: 0.4,
        zipf: 1.0,
        destinations: (2, 40),
        // Stale records and closed ports, the least used of their prefix.
        never_alive: 0.02,
        connections_per_hour: 5_000,
        rhythm: 0.6,
        // Near and far servers: two thirds between 20 and 100 ms.
        round_trip: span(Duration::from_millis(45), 0.8),
        service: span(Duration::from_millis(300), 0.7),
        // Browsers start over at another address within 0.25 to 2 s, most applications give up after some 10 s.
        impatient: 0.2,
        impatience: span(Duration::from_millis(1_500), 0.4),
        patience: span(Duration::from_secs(12), 0.8),
        retries: (1, 5),
        // Applications back off exponentially: 10, 20, 40, 80, 160 s.
        retry_pause: span(Duration::from_secs(10), 0.7),
        // Between half a percent and one: a lossy last mile, a router that restarts, a full table.
        lost: 0.007,
        // Six failures a year; half of them are over within two hours, a tenth never.
        host_death: Event {
            every: Duration::from_hours(24 * 60),
            lasts: span(Duration::from_hours(2), 1.5),
        },
        death_for_good: 0.1,
        abandoned: Duration::from_hours(24),
        overload: Event {
            every: Duration::from_hours(24 * 60),
            lasts: span(Duration::from_hours(1), 0.5),
        },
        // Four a year and prefix, of ten minutes in the mean: routes that change and restarts take some minutes,
        // maintenance takes longer.
        hoster_outage: Event {
            every: Duration::from_hours(2_000),
            lasts: span(Duration::from_mins(6), 1.0),
        },
        group_outage: Event {
            every: Duration::from_hours(6_000),
            lasts: span(Duration::from_mins(6), 1.0),
        },
        group: (2, 6),
        uplink_cut: Event {
            every: Duration::from_hours(40),
            lasts: span(Duration::from_secs(45), 1.0),
        },
        brown_out: Event {
            every: Duration::from_hours(80),
            lasts: span(Duration::from_mins(3), 0.7),
        },
        brown_out_loss: 0.3,
    };

    /// Connections a second now, without retries.
    pub fn rate(&self, now: Duration) -> f64 {
        let of_day = (now.as_secs_f64() / DAY.as_secs_f64()).fract();
        self.mean_rate()
            * self
                .rhythm
                .mul_add((of_day * std::f64::consts::TAU).sin(), 1.0)
    }

    /// Connections a second where the day is busiest.
    pub fn peak_rate(&self) -> f64 {
        self.mean_rate() * (1.0 + self.rhythm)
    }

    fn mean_rate(&self) -> f64 {
        f64::from(self.connections_per_hour) / 3_600.0
    }
}

const fn span(median: Duration, sigma: f64) -> Span {
    Span { median, sigma }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_holds_as_many_connections_as_its_hours_say() {
        let world = World::DEFAULT;
        let day: f64 = (0..86_400)
            .map(|second| world.rate(Duration::from_secs(second)))
            .sum();
        assert!((day / 120_000.0 - 1.0).abs() < 0.001, "{day}");
        let peak = world.rate(DAY / 4);
        assert!((peak - world.peak_rate()).abs() < 1e-9);
    }
}
