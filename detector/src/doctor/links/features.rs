//! What an interface has switched on, as `ethtool -k` shows it.

use ethtool::{EthtoolAttr, EthtoolFeatureAttr};
use futures_util::TryStreamExt as _;

use super::Features;

/// All of it; none where the kernel tells nothing.
pub(super) async fn of(interface: &str) -> Option<Features> {
    let (connection, mut handle, _messages) = ethtool::new_connection().ok()?;
    tokio::spawn(connection);
    let answers = handle.feature().get(Some(interface)).execute().await.ok()?;
    let answers: Vec<_> = answers.try_collect().await.ok()?;
    let told = answers.into_iter().flat_map(|answer| answer.payload.nlas);
    let active = told.filter_map(|attribute| match attribute {
        EthtoolAttr::Feature(EthtoolFeatureAttr::Active(bits)) => Some(bits),
        _ => None,
    });
    Some(active.flatten().map(|bit| (bit.name, bit.value)).collect())
}
