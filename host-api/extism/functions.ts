/** Parameters and results of a core function, `i` for i32 and `I` for i64: `iI:i`. */
export type CoreSignature = string;

/** `extism:host/env`: Extism's kernel, as its plugin kits import it. */
const KERNEL = {
  alloc: "I:I",
  free: "I:",
  length: "I:I",
  length_unsafe: "I:I",
  load_u8: "I:i",
  load_u64: "I:I",
  store_u8: "Ii:",
  store_u64: "II:",
  input_offset: ":I",
  input_length: ":I",
  input_load_u8: "I:i",
  input_load_u64: "I:I",
  output_set: "II:",
  error_set: "I:",
  error_get: ":I",
  config_get: "I:I",
  var_get: "I:I",
  var_set: "II:",
  http_request: "II:I",
  http_status_code: ":i",
  http_headers: ":I",
  log_trace: "I:",
  log_debug: "I:",
  log_info: "I:",
  log_warn: "I:",
  log_error: "I:",
  get_log_level: ":i",
} as const satisfies Record<string, CoreSignature>;

/** `extism:host/user`: what hyper-mcp adds for plugins of its second form. */
const USER = {
  create_elicitation: "I:I",
  create_message: "I:I",
  get_access_token: "I:I",
  get_keyring_secret: "I:I",
  list_roots: ":I",
  notify_logging_message: "I:",
  notify_progress: "I:",
  notify_prompt_list_changed: ":",
  notify_resource_list_changed: ":",
  notify_resource_updated: "I:",
  notify_tool_list_changed: ":",
  notify_url_elicitation_completed: "I:",
} as const satisfies Record<string, CoreSignature>;

/** `wasi_snapshot_preview1`, whole. */
export const PREVIEW1 = {
  args_get: "ii:i",
  args_sizes_get: "ii:i",
  clock_res_get: "ii:i",
  clock_time_get: "iIi:i",
  environ_get: "ii:i",
  environ_sizes_get: "ii:i",
  fd_advise: "iIIi:i",
  fd_allocate: "iII:i",
  fd_close: "i:i",
  fd_datasync: "i:i",
  fd_fdstat_get: "ii:i",
  fd_fdstat_set_flags: "ii:i",
  fd_fdstat_set_rights: "iII:i",
  fd_filestat_get: "ii:i",
  fd_filestat_set_size: "iI:i",
  fd_filestat_set_times: "iIIi:i",
  fd_pread: "iiiIi:i",
  fd_prestat_dir_name: "iii:i",
  fd_prestat_get: "ii:i",
  fd_pwrite: "iiiIi:i",
  fd_read: "iiii:i",
  fd_readdir: "iiiIi:i",
  fd_renumber: "ii:i",
  fd_seek: "iIii:i",
  fd_sync: "i:i",
  fd_tell: "ii:i",
  fd_write: "iiii:i",
  path_create_directory: "iii:i",
  path_filestat_get: "iiiii:i",
  path_filestat_set_times: "iiiiIIi:i",
  path_link: "iiiiiii:i",
  path_open: "iiiiiIIii:i",
  path_readlink: "iiiiii:i",
  path_remove_directory: "iii:i",
  path_rename: "iiiiii:i",
  path_symlink: "iiiii:i",
  path_unlink_file: "iii:i",
  poll_oneoff: "iiii:i",
  proc_exit: "i:",
  proc_raise: "i:i",
  random_get: "ii:i",
  sched_yield: ":i",
  sock_accept: "iii:i",
  sock_recv: "iiiiii:i",
  sock_send: "iiiii:i",
  sock_shutdown: "ii:i",
} as const satisfies Record<string, CoreSignature>;

/**
 * Everything that an Extism plugin can import, by module and name. What is not here does not link, and what has another
 * signature neither: honest plugins have these, because Extism's other hosts link no others.
 */
export const EXTISM_FUNCTIONS: Readonly<Record<string, Readonly<Record<string, CoreSignature>>>> = {
  "extism:host/env": KERNEL,
  "extism:host/user": USER,
  wasi_snapshot_preview1: PREVIEW1,
};
