# What is shipped is optimized once more when it is linked, across files (docs/decisions/optimized-at-link.md). Objects
# of the libraries have both in them, code and what the linker optimizes, so that the tests link as fast as ever.
#
# GOTBACK_FAT_OBJECTS: compile options of a library; empty where it is not done.
# GOTBACK_OPTIMIZED_LINK: link options of a program.

include(CheckCXXSourceCompiles)

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(fat_objects -flto=thin -ffat-lto-objects)
  set(optimized_link ${fat_objects} -fuse-ld=lld)
else()
  set(fat_objects -flto=auto -ffat-lto-objects)
  set(optimized_link ${fat_objects})
endif()

list(JOIN fat_objects " " CMAKE_REQUIRED_FLAGS)
set(CMAKE_REQUIRED_LINK_OPTIONS ${optimized_link})
check_cxx_source_compiles("int main() {}" GOTBACK_LINKER_OPTIMIZES)
unset(CMAKE_REQUIRED_FLAGS)
unset(CMAKE_REQUIRED_LINK_OPTIONS)

if(NOT GOTBACK_LINKER_OPTIMIZES)
  message(STATUS "The programs are not optimized when they are linked: with clang++-19 that needs lld-19")
elseif(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT GOTBACK_SANITIZE)
  set(GOTBACK_FAT_OBJECTS ${fat_objects})
  set(GOTBACK_OPTIMIZED_LINK ${optimized_link})
endif()
