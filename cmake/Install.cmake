# What `cmake --install` puts down: the program, the headers of include/leat, one static library, and what find_package(Leat)
# reads. The library holds the modules that a C++ program needs; their own headers stay here.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(objects)
foreach(module base io data log log_embedded state plan exec runtime streams)
  list(APPEND objects $<TARGET_OBJECTS:leat_${module}>)
endforeach()
add_library(leat_library STATIC ${objects})
set_target_properties(leat_library PROPERTIES OUTPUT_NAME leat ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}
  LINKER_LANGUAGE CXX)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/LeatConfig.cmake.in ${CMAKE_BINARY_DIR}/LeatConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Leat PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/LeatConfigVersion.cmake COMPATIBILITY SameMinorVersion)

install(TARGETS leat RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES $<TARGET_FILE:leat_library> DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/leat DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${CMAKE_BINARY_DIR}/LeatConfig.cmake ${CMAKE_BINARY_DIR}/LeatConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Leat)
