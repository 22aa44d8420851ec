# gotback_library(<folder> SOURCES … [LINKS …]): the library of a folder, target gotback_<folder>.
function(gotback_library folder)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(gotback_${folder} STATIC ${arg_SOURCES})
  target_link_libraries(gotback_${folder} PUBLIC gotback_options ${arg_LINKS} PRIVATE ${arg_PRIVATE_LINKS})
  target_compile_options(gotback_${folder} PRIVATE ${GOTBACK_FAT_OBJECTS})
endfunction()

# gotback_program(<name> SOURCES … LINKS …): a program that is run, not tested from within.
function(gotback_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS})
  target_compile_options(${name} PRIVATE ${GOTBACK_FAT_OBJECTS})
  target_link_options(${name} PRIVATE ${GOTBACK_OPTIMIZED_LINK})
endfunction()

# gotback_test(<name> SOURCES … LINKS …): a GoogleTest program whose cases ctest lists one by one.
function(gotback_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS;PROPERTIES" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} GTest::gtest GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES ${arg_PROPERTIES})
endfunction()
