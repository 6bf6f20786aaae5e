//! The maps as the engine's tables.

use aya_ebpf::{
    bindings::BPF_NOEXIST,
    btf_maps::{HashMap, LruHashMap},
};
use detector_common::{
    maps::Loss,
    tables::{Table, Tables},
    vantage::Vantage,
};

use crate::{
    count::{self, KernelPrefixes},
    evidence::KernelEvidence,
    maps::{self, Candidates, Destinations, Flows},
};

type KernelTables = Tables<
    Stored<Flows>,
    Stored<Destinations>,
    Stored<Candidates>,
    KernelPrefixes,
    KernelVantage,
    KernelEvidence,
>;

/// The engine's tables over these maps.
#[inline(always)]
pub(crate) const fn tables() -> KernelTables {
    Tables {
        flows: Stored::new(&maps::FLOWS, Loss::Flow),
        destinations: Stored::new(&maps::DESTINATIONS, Loss::Destination),
        candidates: Stored::new(&maps::CANDIDATES, Loss::Candidate),
        prefixes: KernelPrefixes,
        vantage: KernelVantage,
        evidence: KernelEvidence,
    }
}

/// A map, and what it means when it refuses an insert.
pub(crate) struct Stored<M: 'static> {
    map: &'static M,
    loss: Loss,
}

impl<M> Stored<M> {
    #[inline(always)]
    pub(crate) const fn new(map: &'static M, loss: Loss) -> Self {
        Self { map, loss }
    }
}

macro_rules! impl_table {
    ($map:ident) => {
        impl<K, V, const N: usize> Table<K, V> for Stored<$map<K, V, N>> {
            #[inline(always)]
            fn get(&mut self, key: &K) -> Option<&mut V> {
                let value = self.map.get_ptr_mut(key)?;
                // SAFETY: the kernel returned a live value of this map, aligned for `V`. Another
                // CPU may write it too: `FlowState` and `DestinationState` consist of aligned
                // integers for which that costs at most one packet of evidence.
                Some(unsafe { &mut *value })
            }

            #[inline(always)]
            fn insert(&mut self, key: &K, value: &V) -> Option<&mut V> {
                // NOEXIST: an insert from another CPU in between must not be overwritten. Its
                // error needs no look; the lookup tells whether the key is there.
                let _exists_or_full = self.map.insert(key, value, BPF_NOEXIST.into());
                let loss = self.loss;
                let stored = self.get(key);
                if stored.is_none() {
                    count::loss(loss);
                }
                stored
            }

            #[inline(always)]
            fn remove(&mut self, key: &K) {
                // Gone already is as good.
                let _absent = self.map.remove(key);
            }
        }
    };
}

impl_table!(HashMap);
impl_table!(LruHashMap);

/// The one entry about our uplink, which is always there.
pub(crate) struct KernelVantage;

impl Table<u32, Vantage> for KernelVantage {
    #[inline(always)]
    fn get(&mut self, key: &u32) -> Option<&mut Vantage> {
        let value = maps::VANTAGE.get_ptr_mut(*key)?;
        // SAFETY: the kernel returned a live value of this map, aligned for it. Another CPU may
        // write it too: it consists of aligned integers, and a lost write is one TTL unlearnt.
        Some(unsafe { &mut *value })
    }

    #[inline(always)]
    fn insert(&mut self, key: &u32, _value: &Vantage) -> Option<&mut Vantage> {
        self.get(key)
    }

    #[inline(always)]
    fn remove(&mut self, _key: &u32) {}
}
