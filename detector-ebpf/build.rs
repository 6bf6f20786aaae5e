//! Linker flags of the eBPF object.

fn main() {
    // With bpf-linker's default every zeroed field is a call of `memset`, a loop over pointers to
    // the stack, which the verifier refuses to a loader without CAP_PERFMON.
    println!("cargo::rustc-link-arg-bins=--disable-expand-memcpy-in-order");
    println!("cargo::rerun-if-changed=build.rs");
}
