# One static library per folder of src/. A folder names the folders that it may use; the include graph is held against
# that by tests/structure. Sources are all *.cc of the folder, *_test.cc go into one test program per folder.
include_guard()

add_library(leat_options INTERFACE)
target_compile_options(leat_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  -Wno-missing-field-initializers -Wimplicit-fallthrough -Werror
  # Haswell (2013) and later: CRC32, BMI and AVX2 carry the hot loops.
  -march=x86-64-v3 -fno-omit-frame-pointer)
target_include_directories(leat_options INTERFACE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
# Under the sanitizers GCC 12 takes members of variants for uninitialized.
if(CMAKE_CXX_FLAGS_RELEASE MATCHES "fsanitize")
  target_compile_options(leat_options INTERFACE -Wno-maybe-uninitialized)
  # What reads past a row within its page, on purpose, takes the slow way there.
  target_compile_definitions(leat_options INTERFACE LEAT_CHECKED_MEMORY=1)
endif()
# What the files of a test program are compiled with beyond that. Checks of every pointer double the time that GCC takes for
# a file full of matchers; the folders that are tested keep them.
add_library(leat_test_options INTERFACE)
if(CMAKE_CXX_FLAGS_RELEASE MATCHES "undefined")
  target_compile_options(leat_test_options INTERFACE -fno-sanitize=null,vptr,alignment,object-size)
endif()
if(CMAKE_CXX_FLAGS_RELEASE MATCHES "fsanitize=thread")
  # The thread sanitizer of GCC 12 knows no fences. Those of Asio stand beside locks that order the same accesses.
  target_compile_definitions(leat_options INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK=1)
endif()
find_package(Threads REQUIRED)
target_link_libraries(leat_options INTERFACE Threads::Threads)

# The standard headers that nearly every file includes, compiled once and shared by all folders.
set(LEAT_PCH <algorithm> <array> <atomic> <chrono> <cstdint> <cstring> <deque> <functional> <map> <memory> <mutex>
  <optional> <set> <span> <string> <string_view> <unordered_map> <utility> <variant> <vector>)

# leat_module(NAME USES folder... LINK library... TEST_LINK library... TEST_USES folder... PARTS subfolder...
#   THREADED test.cc...)
# PARTS are subfolders whose files belong to the same library. THREADED are the tests that start threads: under the thread
# sanitizer the test program is made of those alone.
function(leat_module name)
  cmake_parse_arguments(ARG "" "" "USES;LINK;TEST_LINK;TEST_USES;PARTS;THREADED" ${ARGN})
  string(REPLACE "/" "_" target "leat_${name}")
  set(globs *.cc *.h)
  foreach(part ${ARG_PARTS})
    list(APPEND globs ${part}/*.cc ${part}/*.h)
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${globs})
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  set(labels unit)
  if(ARG_THREADED)
    list(APPEND labels threads)
    if(CMAKE_CXX_FLAGS_RELEASE MATCHES "fsanitize=thread")
      list(TRANSFORM ARG_THREADED PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE tests)
    endif()
  endif()

  add_library(${target} STATIC ${sources})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(${target} PUBLIC leat_options ${ARG_LINK})
  foreach(used ${ARG_USES})
    string(REPLACE "/" "_" used_target "leat_${used}")
    target_link_libraries(${target} PUBLIC ${used_target})
  endforeach()
  if(name STREQUAL "base")
    target_precompile_headers(${target} PRIVATE ${LEAT_PCH})
  else()
    target_precompile_headers(${target} REUSE_FROM leat_base)
  endif()

  if(LEAT_TESTS AND tests)
    add_executable(${target}_test ${tests})
    target_link_libraries(${target}_test PRIVATE ${target} leat_test_options ${ARG_TEST_LINK} GTest::gmock GTest::gtest_main)
    foreach(used ${ARG_TEST_USES})
      string(REPLACE "/" "_" used_target "leat_${used}")
      target_link_libraries(${target}_test PRIVATE ${used_target})
    endforeach()
    target_precompile_headers(${target}_test REUSE_FROM leat_base)
    add_test(NAME unit.${name} COMMAND ${target}_test)
    set_tests_properties(unit.${name} PROPERTIES LABELS "${labels}" TIMEOUT 600)
  endif()
endfunction()
