"""Names of known callables that iterate over an argument: those of the tables' `iterates`.

A copy, because loading every table to look at one function's form would take longer than all
else; a test compares them.
"""

from __future__ import annotations

from typing import Final

WALKING: Final = frozenset(
    """
ArrayType BZ2File BaseLoader BeautifulSoup CBaseLoader CFullLoader CSafeLoader CaseInsensitiveDict
Categorical Composed Context Counter DTD DataFrame DefaultCookiePolicy DiGraph DictReader
ElementTree EmptyNodeList FileFinder FileInput FormData FullLoader Graph Group HTTPHeaderDict
Headers Index LZMAFile MIMEMultipart Matrix MultiDiGraph MultiFernet MultiGraph NodeList OrderedDict
Path PyZipFile RawArray RelaxNG Row SafeLoader Schematron Series ShareableList StackSummary UserDict
UserList WeakSet XMLSchema ZipFile __call__ __iadd__ accumulate addTests add_all add_arguments
add_cycle add_edges_from add_nodes_from add_path add_star add_weighted_edges_from all any append
array as_completed assertCountEqual async_bulk async_streaming_bulk batched bulk bulk_write
bytearray bytes cat chain choices cmpfiles collapse_addresses column_stack combinations
combinations_with_replacement combine commonpath commonprefix compose compose_all compress concat
concatenate contains copy_from correlation countOf covariance create_unicode_buffer cycle
defaultdict delete deque dict difference difference_update dist dropwhile dstack dump_all dump_array
echo_via_pager emit encode_multipart_formdata endheaders enumerate eval_print_amount execute_batch
execute_values executemany extend extendleft extract extractall filter filterfalse fmean formattree
formatweek from_arrays from_bytes from_edgelist from_iterable from_list from_product from_records
from_samples from_tuples fromiter fromkeys fromstringlist frozenset fsum full_load full_load_all
genfromtxt geometric_mean get_close_matches get_print_list getaddresses getblock getclasstree
getdefaultlocale groupby harmonic_mean header_encode_lines hstack iadd iconcat imap imap_unordered
indexOf insert_many intersection intersection_update is_tarfile is_zipfile isdisjoint islice
issubset issuperset iter iterparse join linear_regression list load load_all loadtxt mail makeRecord
make_header map map_async max mean median median_grouped median_high median_low merge min mode
multimode namedtuple next nlargest nsmallest open pairwise parallel_bulk parse parse_http_list
parse_keqv_list patch permutations post preadv prepare_input_source printErrorList process_map prod
product progressbar pstdev pthread_sigmask put put_object pvariance pwritev quantiles
quote_from_bytes rcpt read read_file reader readfp readv recvmsg_into reduce remove_edges_from
remove_nodes_from replace request restore reversed row_stack safe_dump_all safe_load safe_load_all
sample scan select send send_headers send_message sendmail sendmsg sendmsg_afalg set
set_alpn_protocols set_labels set_npn_protocols set_sequences sigtimedwait sigwait sigwaitinfo
sorted stack starmap starmap_async stat_result statvfs_result stdev stream streaming_bulk
struct_time subtract sum sumprod symmetric_difference symmetric_difference_update takewhile tee
terminal_size thread_map times_result tqdm track tuple uname_result union untokenize update
update_wrapper upload_part urlencode urlopen urlunparse urlunsplit variance vstack wait
waitid_result walktree wraps write write_c14n write_row writelines writerow writerows writev zip
zip_longest
""".split()  # noqa: SIM905
)
