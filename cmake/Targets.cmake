# Headers of libraries that most sources read are read once: docs/decisions/built-in-minutes.md. Without it each source is
# compiled with what it includes and nothing else, as developers want it.
option(GOTBACK_PRECOMPILE "Read the headers of libraries once for all sources" ON)

# What the tests themselves are compiled with, whatever they test: nobody waits for them, but for their compiler.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(GOTBACK_TEST_OPTIONS -O0)
endif()

# gotback_headers(<name> HEADERS … OPTIONS … LINKS …): headers that are read once, for gotback_reuse_headers.
function(gotback_headers name)
  if(NOT GOTBACK_PRECOMPILE)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "HEADERS;OPTIONS;LINKS" ${ARGN})
  file(CONFIGURE OUTPUT ${name}.cpp CONTENT "// The headers are all that matters.\n")
  add_library(${name} OBJECT "${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp")
  target_link_libraries(${name} PRIVATE gotback_options ${arg_LINKS})
  target_compile_options(${name} PRIVATE ${arg_OPTIONS})
  target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")  # So that a compiler cache finds it again.
    target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endfunction()

function(gotback_reuse_headers target name)
  if(TARGET ${name})
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()

set(GOTBACK_COMMON_HEADERS
  <algorithm> <array> <atomic> <chrono> <coroutine> <cstdint> <deque> <expected> <filesystem> <functional> <map> <memory>
  <optional> <ranges> <span> <string> <string_view> <thread> <utility> <variant> <vector> <fmt/format.h> <fmt/ranges.h>)

# gotback_library(<folder> SOURCES … [LINKS …]): the library of a folder, target gotback_<folder>.
function(gotback_library folder)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(gotback_${folder} STATIC ${arg_SOURCES})
  target_link_libraries(gotback_${folder} PUBLIC gotback_options ${arg_LINKS} PRIVATE ${arg_PRIVATE_LINKS})
  target_compile_options(gotback_${folder} PRIVATE ${GOTBACK_FAT_OBJECTS})
  gotback_reuse_headers(gotback_${folder} gotback_program_headers)
endfunction()

# gotback_program(<name> SOURCES … LINKS …): a program that is run, not tested from within.
function(gotback_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS})
  target_compile_options(${name} PRIVATE ${GOTBACK_FAT_OBJECTS})
  target_link_options(${name} PRIVATE ${GOTBACK_OPTIMIZED_LINK})
  gotback_reuse_headers(${name} gotback_program_headers)
endfunction()

# gotback_test(<name> SOURCES … LINKS …): a GoogleTest program whose cases ctest lists one by one.
function(gotback_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS;PROPERTIES" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_options(${name} PRIVATE ${GOTBACK_TEST_OPTIONS})
  gotback_reuse_headers(${name} gotback_test_headers)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES ${arg_PROPERTIES})
endfunction()
