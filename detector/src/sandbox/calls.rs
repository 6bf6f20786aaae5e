//! seccomp: which system calls are refused.
//!
//! A list of what is refused, not of what is allowed: what a library needs differs from one C library and one version
//! to the next, and a daemon that dies of an innocent call watches nothing. The service file has the other list. A
//! refused call fails with `EPERM`.

use std::{collections::BTreeMap, env::consts::ARCH};

use seccompiler::{
    BackendError, BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp,
    SeccompCondition, SeccompFilter, SeccompRule, TargetArch, apply_filter_all_threads,
};

/// Whose calls they are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Calls {
    /// Of a process that only reads and writes maps.
    WithoutPrograms,
    /// Of one that loads and attaches too.
    WithPrograms,
}

/// Other programs, other processes' memory, other users, other file systems and namespaces, the machine itself.
const REFUSED: [i64; 62] = [
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_setuid,
    libc::SYS_setgid,
    libc::SYS_setreuid,
    libc::SYS_setregid,
    libc::SYS_setresuid,
    libc::SYS_setresgid,
    libc::SYS_setfsuid,
    libc::SYS_setfsgid,
    libc::SYS_setgroups,
    libc::SYS_capset,
    libc::SYS_personality,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_move_mount,
    libc::SYS_mount_setattr,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mknodat,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_fanotify_init,
    libc::SYS_quotactl,
    libc::SYS_acct,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_reboot,
    libc::SYS_syslog,
    libc::SYS_vhangup,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_register,
    libc::SYS_io_uring_enter,
];

/// Sockets that are of use; packet sockets and the kernel's ciphers are not.
const FAMILIES: [i32; 4] = [
    libc::AF_UNIX,
    libc::AF_INET,
    libc::AF_INET6,
    libc::AF_NETLINK,
];

/// `BPF_MAP_LOOKUP_ELEM` to `BPF_MAP_GET_NEXT_KEY`, `BPF_OBJ_GET_INFO_BY_FD`, `BPF_MAP_LOOKUP_AND_DELETE_ELEM` and
/// the four that do so in batches (`linux/bpf.h`): what needs the descriptor of a map.
const MAP_COMMANDS: [i32; 10] = [1, 2, 3, 4, 15, 21, 24, 25, 26, 27];

/// A new one of any kind (`linux/sched.h`): mounts, control groups, names, queues, users, processes, networks.
const NAMESPACES: [i32; 7] = [
    libc::CLONE_NEWNS,
    libc::CLONE_NEWCGROUP,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
];

/// The same calls in the x32 ABI, which some kernels have (`asm/unistd.h`).
const X32: i64 = 0x4000_0000;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

pub(super) fn restrict(calls: Calls) -> Result<(), Error> {
    let mut rules: Rules = REFUSED.into_iter().map(|call| (call, Vec::new())).collect();
    rules.insert(libc::SYS_socket, vec![none_of(&FAMILIES)?]);
    rules.insert(libc::SYS_clone, namespaces()?);
    if calls == Calls::WithoutPrograms {
        rules.insert(libc::SYS_bpf, vec![none_of(&MAP_COMMANDS)?]);
    }
    // Its flags lie in memory, where no filter looks. C libraries know a kernel without it, and then call the other.
    let unseen = Rules::from([(libc::SYS_clone3, Vec::new())]);
    apply(rules, libc::EPERM)?;
    apply(unseen, libc::ENOSYS)
}

fn apply(mut rules: Rules, errno: i32) -> Result<(), Error> {
    let target = TargetArch::try_from(ARCH)?;
    if target == TargetArch::x86_64 {
        let x32: Vec<_> = rules
            .iter()
            .map(|(call, rules)| (call | X32, rules.clone()))
            .collect();
        rules.extend(x32);
    }
    let refusal = SeccompAction::Errno(errno.unsigned_abs());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refusal, target)?;
    apply_filter_all_threads(&BpfProgram::try_from(filter)?)
}

/// The first argument is none of these.
fn none_of(values: &[i32]) -> Result<SeccompRule, BackendError> {
    let differs = |value: &i32| first(SeccompCmpOp::Ne, value.unsigned_abs().into());
    SeccompRule::new(values.iter().map(differs).collect::<Result<_, _>>()?)
}

/// The first argument has one of these flags.
fn namespaces() -> Result<Vec<SeccompRule>, BackendError> {
    let has = |flag: i32| {
        let flag = flag.unsigned_abs().into();
        SeccompRule::new(vec![first(SeccompCmpOp::MaskedEq(flag), flag)?])
    };
    NAMESPACES.into_iter().map(has).collect()
}

fn first(operator: SeccompCmpOp, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(0, SeccompCmpArgLen::Dword, operator, value)
}
