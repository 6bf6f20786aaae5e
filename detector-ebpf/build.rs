//! Linker flags of the eBPF object.

fn main() {
    // With bpf-linker's default every zeroed field is a call of `memset`, a loop over pointers to
    // the stack, which the verifier refuses to a loader without CAP_PERFMON.
    println!("cargo::rustc-link-arg-bins=--disable-expand-memcpy-in-order");
    // Two stores to different fields in two branches would become one store to a field chosen at
    // run time, and without CAP_PERFMON the verifier refuses an offset that depends on the path.
    println!("cargo::rustc-link-arg-bins=--llvm-args=-sink-common-insts=false");
    println!("cargo::rerun-if-changed=build.rs");
}
